/* Page images are rendered on demand, a few at a time: images that a busy server refused are
 * requested again. */
"use strict";
(() => {
    const TRIES = 8;
    const PAUSE_MS = 1500;
    // Too many requests, or a gateway whose server is down for a moment.
    const TEMPORARY = new Set([429, 502, 503, 504]);

    // A failure may be noticed twice: by its event, and by the loop over images that failed before.
    const underway = new WeakSet();

    /* Whether the image exists by now, and whether it never will. */
    async function check(address) {
        try {
            const {ok, status} = await fetch(address, {method: "HEAD"});
            return {ready: ok, lost: !ok && !TEMPORARY.has(status)};
        } catch {
            return {ready: false, lost: false};
        }
    }

    async function retry(image) {
        if (underway.has(image)) {
            return;
        }
        underway.add(image);
        image.dataset.address ??= image.getAttribute("src");
        const {address} = image.dataset;
        const tries = Number(image.dataset.tries ?? 0) + 1;
        image.dataset.tries = tries;
        const {ready, lost} = await check(address);
        if (lost || tries > TRIES) {
            giveUp(image);
            return;
        }
        const pause = ready ? 0 : PAUSE_MS * (1 + Math.random());
        setTimeout(() => {
            underway.delete(image);
            image.src = `${address}?try=${tries}`;
        }, pause);
    }

    function giveUp(image) {
        const sheet = image.closest(".sheet");
        sheet.classList.add("gone");
        sheet.textContent = image.closest(".pages").dataset.wordsGone;
    }

    for (const image of document.querySelectorAll(".sheet img")) {
        image.addEventListener("error", () => retry(image));
        if (image.complete && image.naturalWidth === 0 && image.currentSrc) {
            retry(image);
        }
    }
})();
