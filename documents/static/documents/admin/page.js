/* A document's page: blocks marked on the image, text saved in place, keys, images retried. */
"use strict";
(() => {
    const IMAGE_TRIES = 8;
    const IMAGE_PAUSE_MS = 1500;

    const pages = document.querySelector(".pages");
    const said = pages?.dataset ?? {};
    const forms = [...document.querySelectorAll("form.correction")];
    const texts = (form) => [...form.querySelectorAll("textarea")];
    const changed = (form) => texts(form).some((text) => text.value !== text.dataset.saved);

    // --- blocks: the text and its place on the image light up together ------------------------

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

    // --- images: made on demand, a few at a time; a busy server is asked again ----------------

    function retry(image) {
        const tries = Number(image.dataset.tries ?? 0) + 1;
        image.dataset.tries = tries;
        const address = image.dataset.address ?? image.getAttribute("src");
        image.dataset.address = address;
        if (tries <= IMAGE_TRIES) {
            setTimeout(() => {
                image.src = `${address}?try=${tries}`;
            }, IMAGE_PAUSE_MS * (1 + Math.random()));
        } else {
            const sheet = image.closest(".sheet");
            sheet.classList.add("gone");
            sheet.textContent = said.wordsGone;
        }
    }

    async function seeWhy(image) {
        // Only a server that is busy is worth asking again.
        const address = image.dataset.address ?? image.getAttribute("src");
        let busy = true;
        try {
            busy = (await fetch(address, {method: "HEAD"})).status === 503;
        } catch {
            busy = true;
        }
        if (!busy) {
            image.dataset.tries = IMAGE_TRIES;
        }
        retry(image);
    }

    for (const image of document.querySelectorAll(".sheet img")) {
        image.addEventListener("error", () => seeWhy(image));
        if (image.complete && image.naturalWidth === 0 && image.currentSrc) {
            seeWhy(image);
        }
    }

    // --- text: saved through the API, page by page --------------------------------------------

    function tell(form, text, bad = false) {
        const outcome = form.querySelector(".outcome");
        outcome.textContent = text;
        outcome.classList.toggle("bad", bad);
    }

    async function save(form) {
        const sent = texts(form).filter((text) => text.value !== text.dataset.saved);
        const blocks = sent.map((text) => ({id: text.dataset.block, text: text.value}));
        const button = form.querySelector("button");
        button.disabled = true;
        tell(form, said.wordsSaving);
        try {
            const answer = await fetch(form.dataset.api, {
                method: "PUT",
                headers: {
                    "Content-Type": "application/json",
                    Accept: "application/json",
                    "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
                },
                body: JSON.stringify({blocks, revision: Number(form.elements.revision.value)}),
            });
            const page = await answer.json();
            if (answer.ok) {
                form.elements.revision.value = page.revision;
                sent.forEach((text, index) => {
                    text.dataset.saved = blocks[index].text;
                });
                tell(form, changed(form) ? said.wordsChanged : said.wordsSaved);
            } else if (answer.status === 409 && page.code === "conflict") {
                tell(form, said.wordsConflict, true);
                form.querySelector(".reload").hidden = false;
            } else {
                // A problem's title is in the person's language, its detail in English.
                const english = document.documentElement.lang.startsWith("en");
                tell(form, (english ? page.detail : page.title) ?? String(answer.status), true);
            }
        } catch {
            tell(form, said.wordsBroken, true);
        } finally {
            button.disabled = false;
        }
    }

    // Browsers without `field-sizing` are told the height of each text.
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
            tell(form, changed(form) ? said.wordsChanged : "");
        });
        form.addEventListener("keydown", (event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
                event.preventDefault();
                form.requestSubmit();
            }
        });
    }

    // --- keys: from page to page --------------------------------------------------------------

    function turn(step) {
        const all = [...document.querySelectorAll(".page")];
        const here = all.findIndex((page) => page.getBoundingClientRect().bottom > 80);
        const current = all[here]?.getBoundingClientRect().top;
        // Above the first page "next" is that page itself.
        const target = step > 0 && current > 80 ? here : here + step;
        if (all[target]) {
            all[target].scrollIntoView();
            all[target].focus({preventScroll: true});
        } else {
            document.querySelector(`.page-turner [rel=${step > 0 ? "next" : "prev"}]`)?.click();
        }
    }

    document.addEventListener("keydown", (event) => {
        const typing = event.target.closest?.("input, textarea, select");
        if (typing || event.ctrlKey || event.metaKey || event.altKey) {
            return;
        }
        if (event.key === "n") {
            turn(1);
        } else if (event.key === "p") {
            turn(-1);
        }
    });

    // --- what was waited for has come ---------------------------------------------------------

    const leave = () => !forms.some(changed);

    document.addEventListener("document-moved", ({detail}) => {
        const waited = document.getElementById("progress").hasAttribute("data-reload");
        const busy = document.activeElement?.closest("textarea, input, select, details");
        if ((waited || detail.finished) && leave() && !busy) {
            location.reload();
        }
    });
    window.addEventListener("beforeunload", (event) => {
        if (!leave()) {
            event.preventDefault();
        }
    });
})();
