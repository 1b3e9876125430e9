/* Page images are made on demand, a few at a time: what a busy server refused is asked for again. */
"use strict";
(() => {
    const TRIES = 8;
    const PAUSE_MS = 1500;
    // Too many at once, or a gateway whose server is not there for the moment.
    const PASSING = new Set([429, 502, 503, 504]);

    // One failure may be told twice: by its event, and by the look at what failed before.
    const underway = new WeakSet();

    /* What became of the image: it is there by now, it may come, or it never will. */
    async function ask(address) {
        try {
            const {ok, status} = await fetch(address, {method: "HEAD"});
            return {ready: ok, lost: !ok && !PASSING.has(status)};
        } catch {
            return {ready: false, lost: false};
        }
    }

    async function seeWhy(image) {
        if (underway.has(image)) {
            return;
        }
        underway.add(image);
        image.dataset.address ??= image.getAttribute("src");
        const {address} = image.dataset;
        const tries = Number(image.dataset.tries ?? 0) + 1;
        image.dataset.tries = tries;
        const {ready, lost} = await ask(address);
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
        image.addEventListener("error", () => seeWhy(image));
        if (image.complete && image.naturalWidth === 0 && image.currentSrc) {
            seeWhy(image);
        }
    }
})();
