/* Moves the progress of the documents in view, while any of them is unfinished.
 *
 * Elements: [data-progress=<id>] with a [data-label] and a <progress>, [data-pages=<id>] with
 * [data-done] and [data-failed]. #progress says where to ask and speaks what is finished. */
"use strict";
(() => {
    const EVERY_MS = 2000;
    const AT_MOST_MS = 30000;
    const speaker = document.getElementById("progress");
    let pause = EVERY_MS;
    let timer = null;

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
        const moved = `${progress.pages} ${progress.failed} ${progress.status}`;
        if (element.dataset.moved !== moved) {
            showImage(element.closest("tr")?.querySelector("img.thumbnail"), progress);
        }
        if (element.dataset.moved !== undefined && element.dataset.moved !== moved) {
            document.dispatchEvent(new CustomEvent("document-moved", {detail: progress}));
        }
        element.dataset.moved = moved;
    }

    async function ask() {
        timer = null;
        const waiting = unfinished();
        if (!waiting.length || document.hidden) {
            return;
        }
        const ids = waiting.map((element) => element.dataset.progress).join(",");
        try {
            const answer = await fetch(`${speaker.dataset.url}?ids=${ids}`, {
                headers: {Accept: "application/json"},
                redirect: "error",
            });
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
        plan();
    }

    function plan() {
        if (timer === null && !document.hidden && unfinished().length) {
            timer = setTimeout(ask, pause);
        }
    }

    document.addEventListener("visibilitychange", plan);
    plan();
})();
