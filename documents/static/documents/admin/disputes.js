/* Disputed words: step through them, highlight them on the image, use the other reading by key. */
"use strict";
(() => {
    const pages = document.querySelector(".pages");
    if (!pages) {
        return;
    }
    const words = pages.dataset;
    const all = () => [...pages.querySelectorAll(".dispute:not(.settled)")];
    const areaOf = (dispute) =>
        [...(dispute.closest("form.correction")?.querySelectorAll("textarea") ?? [])].find(
            (area) => area.dataset.block === dispute.dataset.blockOf,
        );

    // --- the word and its place on the image are highlighted together -------------------------

    function highlight(id, on) {
        for (const element of pages.querySelectorAll(`[data-dispute="${CSS.escape(id)}"]`)) {
            element.classList.toggle("current", on);
        }
    }

    for (const [event, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
        pages.addEventListener(event, ({target}) => {
            const found = target.closest?.("[data-dispute]");
            if (found) {
                highlight(found.dataset.dispute, on);
                if (on && found.classList.contains("dispute")) {
                    keepInWindow(found);
                }
            }
        });
    }

    /* Both readings stay inside the window. */
    function keepInWindow(dispute) {
        const readings = dispute.querySelector(".readings");
        if (!readings) {
            return;
        }
        readings.style.insetInlineStart = "0";
        const {left, right} = readings.getBoundingClientRect();
        const over = Math.max(right - (document.documentElement.clientWidth - 8), 0);
        readings.style.insetInlineStart = `${-Math.min(over, Math.max(left - 8, 0))}px`;
    }

    function show(dispute) {
        dispute.focus({preventScroll: true});
        dispute.scrollIntoView({block: "center"});
    }

    pages.addEventListener("click", ({target}) => {
        const id = target.closest?.(".dispute-place")?.dataset.dispute;
        const dispute = id && all().find((each) => each.dataset.dispute === id);
        if (dispute) {
            show(dispute);
        }
    });

    // --- from dispute to dispute --------------------------------------------------------------

    function step(by) {
        const disputes = all();
        const here = document.activeElement?.closest(".dispute");
        let next = disputes[disputes.indexOf(here) + by];
        if (!here) {
            // From the visible part: the first dispute below the top of the window, the last above.
            const below = disputes.findIndex((each) => each.getBoundingClientRect().top > 0);
            next = by > 0 ? disputes[below] : disputes[(below < 0 ? disputes.length : below) - 1];
        }
        if (next) {
            show(next);
        }
    }

    // By the letter; on layouts without Latin letters, by the position of the key.
    const KEYS = {
        j: () => step(1), k: () => step(-1), o: takeHere,
        KeyJ: () => step(1), KeyK: () => step(-1), KeyO: takeHere,
    };

    document.addEventListener("keydown", (event) => {
        const typing = event.target.closest?.("input, textarea, select");
        if (typing || event.ctrlKey || event.metaKey || event.altKey) {
            return;
        }
        const {key, code} = event;
        KEYS[/^[a-z]$/i.test(key) ? key.toLowerCase() : code]?.();
    });

    for (const stepper of pages.querySelectorAll(".stepper")) {
        stepper.hidden = false;
        const own = () => [...stepper.closest(".page").querySelectorAll(".dispute:not(.settled)")];
        let last = -1;
        stepper.addEventListener("click", ({target}) => {
            const by = Number(target.closest("button")?.dataset.step ?? 0);
            const disputes = own();
            if (by && disputes.length) {
                // In a circle. The focus leaves the button, so the button remembers the place.
                last = last < 0 && by < 0 ? disputes.length - 1 : last + by;
                last = (last + disputes.length) % disputes.length;
                show(disputes[last]);
            }
        });
    }

    // --- the other reading: put into the text, but not saved ----------------------------------

    const LETTER = /[\p{L}\p{N}]/u;
    const isBoundary = (text, at) => !(LETTER.test(text[at - 1] ?? "") && LETTER.test(text[at] ?? ""));

    /* The index in `text` nearest to `place` at which `phrase` stands as whole words; -1 for none. */
    function nearest(text, phrase, place) {
        let best = -1;
        for (let at = text.indexOf(phrase); at >= 0; at = text.indexOf(phrase, at + 1)) {
            const whole = isBoundary(text, at) && isBoundary(text, at + phrase.length);
            if (whole && (best < 0 || Math.abs(at - place) < Math.abs(best - place))) {
                best = at;
            }
        }
        return best;
    }

    /* Where a dispute is now: replacements before it may have changed the length of the text. */
    function placeNow(dispute, area) {
        const start = Number(dispute.dataset.start ?? area.value.length);
        const moved = [...pages.querySelectorAll(".dispute.taken")]
            .filter((each) => each !== dispute && areaOf(each) === area && Number(each.dataset.start) < start)
            .reduce((sum, {dataset}) => sum + dataset.other.length - dataset.text.length, 0);
        return start + moved;
    }

    function replaced(text, from, to, place) {
        if (from) {
            const at = nearest(text, from, place);
            if (at < 0) {
                return null;
            }
            const before = text.slice(0, at);
            const behind = text.slice(at + from.length);
            if (to) {
                return before + to + behind;
            }
            // With removed words, one of the spaces beside them is removed.
            return behind.startsWith(" ") ? before + behind.slice(1) : before.replace(/ $/, "") + behind;
        }
        const at = Math.min(place, text.length);
        const before = text.slice(0, at);
        const after = text.slice(at);
        const space = (one) => (one === "" || /\s/.test(one) ? "" : " ");
        return before + space(before.slice(-1)) + to + space(after.slice(0, 1)) + after;
    }

    function take(dispute) {
        const area = areaOf(dispute);
        const outcome = area?.form.querySelector(".outcome");
        if (!area) {
            return;
        }
        const taken = dispute.classList.contains("taken");
        const {text, other} = dispute.dataset;
        const [from, to] = taken ? [other, text] : [text, other];
        const value = replaced(area.value, from, to, placeNow(dispute, area));
        if (value === null) {
            outcome.textContent = words.wordsNotFound;
            return;
        }
        area.value = value;
        dispute.classList.toggle("taken", !taken);
        dispute.querySelector("mark").textContent = to || "‸";
        const button = dispute.querySelector(".take");
        button.dataset.words ??= button.firstChild.textContent;
        button.firstChild.textContent = taken ? button.dataset.words : `${words.wordsPutBackButton} `;
        area.dispatchEvent(new Event("input", {bubbles: true}));
        const message = taken ? words.wordsPutBack : to ? words.wordsTaken : words.wordsLeftOut;
        outcome.textContent = message.replace("{reading}", to);
    }

    function takeHere() {
        const dispute = document.activeElement?.closest(".dispute");
        if (dispute) {
            take(dispute);
        }
    }

    for (const button of pages.querySelectorAll(".dispute .take")) {
        button.hidden = false;
        button.addEventListener("click", () => {
            take(button.closest(".dispute"));
        });
    }

    // A replacement that is saved settles the dispute.
    document.addEventListener("text-saved", ({target}) => {
        for (const dispute of target.querySelectorAll(".dispute.taken")) {
            const area = areaOf(dispute);
            if (area.value === area.dataset.saved) {
                dispute.classList.replace("taken", "settled");
                dispute.removeAttribute("tabindex");
                dispute.querySelector(".readings").remove();
                for (const place of pages.querySelectorAll(`.dispute-place[data-dispute="${CSS.escape(dispute.dataset.dispute)}"]`)) {
                    place.classList.add("settled");
                }
            }
        }
    });
})();
