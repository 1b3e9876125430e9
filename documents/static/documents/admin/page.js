/* A document's page: marks blocks on the image, saves text in place, keys, reloads after changes. */
"use strict";
(() => {
    const words = document.querySelector(".pages")?.dataset ?? {};
    const forms = [...document.querySelectorAll("form.correction")];
    const texts = (form) => [...form.querySelectorAll("textarea")];
    const changed = (form) => texts(form).some((text) => text.value !== text.dataset.saved);

    // --- blocks: the text and its place on the image are highlighted together -----------------

    function mark(section, id, on) {
        for (const element of section.querySelectorAll("[data-block]")) {
            if (element.dataset.block === id) {
                element.classList.toggle("marked", on);
            }
        }
    }

    for (const section of document.querySelectorAll(".page")) {
        for (const [event, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
            section.addEventListener(event, ({target}) => {
                const id = target.closest?.("[data-block]")?.dataset.block;
                if (id !== undefined) {
                    mark(section, id, on);
                }
            });
        }
        section.querySelector("svg")?.addEventListener("click", ({target}) => {
            const id = target.dataset.block;
            const text = [...section.querySelectorAll("textarea")].find(
                (area) => area.dataset.block === id,
            );
            text?.focus();
        });
    }

    // --- text: saved through the API, page by page --------------------------------------------

    const underway = new Set();
    const again = new Set();

    function showOutcome(form, text, bad = false) {
        const outcome = form.querySelector(".outcome");
        outcome.textContent = text;
        outcome.classList.toggle("bad", bad);
    }

    /* One at a time: a second request would name the same revision and conflict with the first. */
    async function save(form) {
        if (underway.has(form)) {
            again.add(form);
            return;
        }
        underway.add(form);
        const saved = await send(form);
        underway.delete(form);
        if (again.delete(form) && saved && changed(form)) {
            save(form);
        }
    }

    async function send(form) {
        const sent = texts(form).filter((text) => text.value !== text.dataset.saved);
        const blocks = sent.map((text) => ({id: text.dataset.block, text: text.value}));
        showOutcome(form, words.wordsSaving);
        try {
            const answer = await fetch(form.dataset.api, {
                method: "PUT",
                headers: {
                    "Content-Type": "application/json",
                    Accept: "application/json",
                    "X-CSRFToken": csrfToken(form),
                },
                body: JSON.stringify({blocks, revision: Number(form.elements.revision.value)}),
            });
            const page = await answer.json();
            if (answer.ok) {
                form.elements.revision.value = page.revision;
                sent.forEach((text, index) => {
                    text.dataset.saved = blocks[index].text;
                });
                showOutcome(form, changed(form) ? words.wordsChanged : words.wordsSaved);
                form.dispatchEvent(new Event("text-saved", {bubbles: true}));
                return true;
            }
            if (answer.status === 409 && page.code === "page-changed") {
                showOutcome(form, words.wordsConflict, true);
                form.querySelector(".reload").hidden = false;
            } else if (answer.status === 401) {
                showOutcome(form, words.wordsLoggedOut, true);
            } else {
                showOutcome(form, page.detail ?? String(answer.status), true);
            }
        } catch {
            showOutcome(form, words.wordsBroken, true);
        }
        return false;
    }

    // Browsers without `field-sizing` need the height of each text.
    const fits = CSS.supports("field-sizing", "content");

    function fit(text) {
        text.style.height = "auto";
        text.style.height = `${text.scrollHeight + 2}px`;
    }

    for (const form of forms) {
        for (const text of texts(form)) {
            text.dataset.saved = text.value;
            if (!fits) {
                fit(text);
                text.addEventListener("input", () => fit(text));
            }
        }
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            save(form);
        });
        form.addEventListener("input", () => {
            showOutcome(form, changed(form) ? words.wordsChanged : "");
        });
        form.addEventListener("keydown", (event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
                event.preventDefault();
                if (!event.repeat) {
                    form.requestSubmit();
                }
            }
        });
        form.querySelector(".reload").addEventListener("click", (event) => {
            // A link to the current address loads nothing, except in a new tab.
            if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
                event.preventDefault();
                history.replaceState(null, "", event.currentTarget.href);
                location.reload();
            }
        });
    }

    // --- keys: from page to page --------------------------------------------------------------

    // By the letter; on layouts without Latin letters (n is т, p is з), by the position of the key.
    const STEPS = {n: 1, p: -1, KeyN: 1, KeyP: -1};
    const stepOf = ({key, code}) => STEPS[/^[a-z]$/i.test(key) ? key.toLowerCase() : code];

    function turn(step) {
        const all = [...document.querySelectorAll(".page")];
        const inView = (page) => page.getBoundingClientRect().bottom > 80;
        const {scrollHeight, clientHeight} = document.documentElement;
        // At the end of the scroll, the page reached last need not be the topmost.
        const reached = all.indexOf(document.activeElement);
        const atEnd = reached >= 0 && scrollY + clientHeight >= scrollHeight - 1;
        const known = atEnd && inView(all[reached]);
        const here = known ? reached : all.findIndex(inView);
        // Above the first page, "next" is that page itself.
        const above = !known && all[here]?.getBoundingClientRect().top > 80;
        const target = step > 0 && above ? here : here + step;
        if (all[target]) {
            all[target].scrollIntoView();
            all[target].focus({preventScroll: true});
            return;
        }
        const link = document.querySelector(`.page-turner [rel=${step > 0 ? "next" : "prev"}]`);
        if (link) {
            // Backwards, the next page is the last one of the previous group.
            location.assign(link.dataset.last ?? link.href);
        }
    }

    document.addEventListener("keydown", (event) => {
        const typing = event.target.closest?.("input, textarea, select");
        if (typing || event.ctrlKey || event.metaKey || event.altKey) {
            return;
        }
        const step = stepOf(event);
        if (step) {
            turn(step);
        }
    });

    // --- unsaved text is not lost by leaving --------------------------------------------------

    const fields = [
        ...document.querySelectorAll(
            '#content form[method="post"]:not(.correction) :is(input, textarea)',
        ),
    ];
    let posted = null;
    let posting = false;

    const unsaved = (sent = null) =>
        forms.some(changed) ||
        fields.some((field) => field.form !== sent && field.value !== field.defaultValue);

    document.addEventListener("submit", (event) => {
        if (!event.defaultPrevented) {
            posted = event.target;
            posting = true;
        }
    });
    window.addEventListener("beforeunload", (event) => {
        // What is being posted is not lost; but the user may stay, and leave another way.
        const sent = posted;
        posted = null;
        if (unsaved(sent)) {
            event.preventDefault();
        }
    });

    // --- the document has changed: reload, unless the user is busy ----------------------------

    const CHECK_MS = 1000;
    const QUIET_MS = 1500;
    const RELOADS_APART_MS = 10_000;
    const RELOADED = "ocrsite-reloaded";
    const changedNotice = document.getElementById("document-changed");
    const reloads = document.getElementById("progress").hasAttribute("data-reload");
    let stale = false;
    let touched = 0;

    // While a form is being posted, a reload would replace its answer.
    const busy = () =>
        posting ||
        unsaved() ||
        Boolean(document.activeElement?.closest("textarea, input, select, details")) ||
        Boolean(document.querySelector("#content details[open]")) ||
        !document.getSelection().isCollapsed;

    function refresh() {
        const now = Date.now();
        const reloaded = Number(sessionStorage.getItem(RELOADED) ?? 0);
        if (busy()) {
            changedNotice.hidden = false;
        } else if (now - touched >= QUIET_MS && Math.abs(now - reloaded) >= RELOADS_APART_MS) {
            sessionStorage.setItem(RELOADED, now);
            location.reload();
            return;
        }
        setTimeout(refresh, CHECK_MS);
    }

    document.addEventListener("document-changed", ({detail}) => {
        if (!stale && (reloads || detail.finished)) {
            stale = true;
            refresh();
        }
    });
    // Not between two clicks, and not while the user scrolls.
    for (const event of ["pointerdown", "pointerup", "keydown", "scroll", "focusout", "selectionchange"]) {
        document.addEventListener(event, () => {
            touched = Date.now();
        }, {capture: true, passive: true});
    }
    changedNotice.querySelector("button").addEventListener("click", () => location.reload());
})();
