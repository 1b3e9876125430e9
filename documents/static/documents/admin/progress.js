/* Moves the progress of the documents in view, while any of them is unfinished.
 *
 * Elements: [data-progress=<id>] with a [data-label] and a <progress>, [data-pages=<id>] with
 * [data-done] and [data-failed]. #progress says where to ask and speaks what is finished,
 * #logged-out shows that nobody answers any more. Where [data-moved] says how the rest of the page
 * knows the document, the event "document-moved" tells when that is no longer so. */
"use strict";
(() => {
    const EVERY_MS = 2000;
    const AT_MOST_MS = 30000;
    const speaker = document.getElementById("progress");
    const loggedOut = document.getElementById("logged-out");
    let pause = EVERY_MS;
    let timer = null;
    let asking = false;

    // An image that is not there (yet) gives way to a drawn sheet. Errors do not bubble: captured.
    // Those that failed before this script ran will not say so again.
    function showBlank(target) {
        const blank = target instanceof HTMLImageElement && target.dataset.blank;
        if (blank && target.getAttribute("src") !== blank) {
            target.src = blank;
        }
    }

    document.addEventListener("error", ({target}) => showBlank(target), true);
    for (const image of document.querySelectorAll("img[data-blank]")) {
        if (image.complete && image.naturalWidth === 0) {
            showBlank(image);
        }
    }

    if (!speaker) {
        return;
    }

    const unfinished = () => [...document.querySelectorAll("[data-progress][data-unfinished]")];

    function showImage(image, progress) {
        const missing = image && image.getAttribute("src") === image.dataset.blank;
        if (missing && progress.pages && progress.status !== "failed") {
            image.src = image.dataset.image;
        }
    }

    function show(element, progress) {
        const label = element.querySelector("[data-label]");
        const bar = element.querySelector("progress");
        label.textContent = progress.label;
        label.className = `badge badge-${progress.status}`;
        bar.value = progress.value ?? 0;
        bar.hidden = progress.finished;
        const pages = document.querySelector(`[data-pages="${element.dataset.progress}"]`);
        if (pages) {
            pages.querySelector("[data-done]").textContent = progress.pages;
            pages.querySelector("[data-failed]").textContent = progress.failed;
        }
        if (progress.finished) {
            element.removeAttribute("data-unfinished");
            speaker.textContent = speaker.dataset.said
                .replace("{title}", element.dataset.title)
                .replace("{status}", progress.label);
        }
        const known = element.dataset.moved;
        if (known !== progress.moved) {
            element.dataset.moved = progress.moved;
            showImage(element.closest("tr")?.querySelector("img.thumbnail"), progress);
            if (known !== undefined) {
                document.dispatchEvent(new CustomEvent("document-moved", {detail: progress}));
            }
        }
    }

    /* A bar that nothing moves any more would say that the reading has stopped. */
    function showLoggedOut(out) {
        loggedOut.hidden = !out;
        for (const element of unfinished()) {
            element.querySelector("progress").hidden = out;
        }
    }

    async function ask() {
        clearTimeout(timer);
        timer = null;
        const waiting = unfinished();
        if (asking || !waiting.length || document.hidden) {
            return;
        }
        asking = true;
        const ids = waiting.map((element) => element.dataset.progress).join(",");
        try {
            const answer = await fetch(`${speaker.dataset.url}?ids=${ids}`, {
                headers: {Accept: "application/json"},
                redirect: "manual",
            });
            // A redirect leads to the log-in.
            const out = answer.type === "opaqueredirect" || [401, 403].includes(answer.status);
            if (out || answer.ok) {
                showLoggedOut(out);
            }
            if (!answer.ok) {
                throw new Error(String(answer.status));
            }
            const all = await answer.json();
            pause = EVERY_MS;
            for (const element of waiting) {
                const progress = all[element.dataset.progress];
                if (progress) {
                    show(element, progress);
                }
            }
        } catch {
            pause = Math.min(pause * 2, AT_MOST_MS);
        }
        asking = false;
        plan();
    }

    function plan() {
        if (timer === null && !document.hidden && unfinished().length) {
            timer = setTimeout(ask, pause);
        }
    }

    // Whoever comes back, perhaps from logging in, need not wait for the next look.
    document.addEventListener("visibilitychange", () => {
        pause = EVERY_MS;
        ask();
    });
    plan();
})();
