/* Updates the progress of the documents in view while any of them is unfinished.
 *
 * Elements: [data-progress=<id>] with a [data-label] and a <progress>, [data-pages=<id>] with
 * [data-done] and [data-failed]. #progress has the address to poll and announces finished
 * documents to screen readers; #logged-out is shown once the session has ended. */
"use strict";
(() => {
    const INTERVAL_MS = 2000;
    const MAX_INTERVAL_MS = 30000;
    const announcer = document.getElementById("progress");
    const loggedOut = document.getElementById("logged-out");
    let interval = INTERVAL_MS;
    let timer = null;
    let polling = false;

    // A missing image is replaced by a drawn sheet. Error events do not bubble, so they are captured;
    // images that failed before this script ran are found by the loop.
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

    if (!announcer) {
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
            announcer.textContent = announcer.dataset.text
                .replace("{title}", element.dataset.title)
                .replace("{status}", progress.label);
        }
        if (element.dataset.state !== progress.state) {
            element.dataset.state = progress.state;
            showImage(element.closest("tr")?.querySelector("img.thumbnail"), progress);
        }
    }

    /* A bar that no longer moves would suggest that the reading has stopped. */
    function showLoggedOut(out) {
        loggedOut.hidden = !out;
        for (const element of unfinished()) {
            element.querySelector("progress").hidden = out;
        }
    }

    async function poll() {
        clearTimeout(timer);
        timer = null;
        const waiting = unfinished();
        if (polling || !waiting.length || document.hidden) {
            return;
        }
        polling = true;
        const ids = waiting.map((element) => element.dataset.progress).join(",");
        try {
            const answer = await fetch(`${announcer.dataset.url}?ids=${ids}`, {
                headers: {Accept: "application/json"},
                redirect: "manual",
            });
            // A redirect leads to the log-in page.
            const out = answer.type === "opaqueredirect" || [401, 403].includes(answer.status);
            if (out || answer.ok) {
                showLoggedOut(out);
            }
            if (!answer.ok) {
                throw new Error(String(answer.status));
            }
            const all = await answer.json();
            interval = INTERVAL_MS;
            for (const element of waiting) {
                const progress = all[element.dataset.progress];
                if (progress) {
                    show(element, progress);
                }
            }
        } catch {
            interval = Math.min(interval * 2, MAX_INTERVAL_MS);
        }
        polling = false;
        schedule();
    }

    function schedule() {
        if (timer === null && !document.hidden && unfinished().length) {
            timer = setTimeout(poll, interval);
        }
    }

    // A user who returns to the tab, perhaps after logging in, sees the current progress at once.
    document.addEventListener("visibilitychange", () => {
        interval = INTERVAL_MS;
        poll();
    });
    schedule();
})();
