/* The bar and the side panel: decisions, title, tags, reading again; progress without a reload. */
import {del, get, patch, post} from "./http.js";
import {poll} from "./poll.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";
import {download} from "./document_downloads.js";
import {Panel} from "./document_panel.js";

const DONE = {approve: "approved", reject: "rejected", restore: "restored", "read-again": "being-read"};

export class Parts {
    constructor(owner) {
        this.owner = owner;
        this.version = owner.setup.version;
        this.panel = new Panel(this);
        this.bar = document.querySelector(".page > .bar");
        this.bindVerbs();
        this.bindTitle();
        if (!owner.setup.finished) {
            this.follow();
        }
    }

    async openLinkDialog() {
        if (!this.showLinks) {
            // Enter may come before the script does.
            const dialog = document.getElementById("link-dialog");
            const form = dialog.querySelector("form");
            let entered = false;
            const wait = (event) => {
                event.preventDefault();
                entered = true;
            };
            form.addEventListener("submit", wait);
            dialog.showModal();
            this.showLinks = (await import("./document_link.js")).bindLinkDialog(this.api);
            form.removeEventListener("submit", wait);
            this.showLinks();
            if (entered) form.requestSubmit();
            return;
        }
        this.showLinks();
    }

    get api() {
        return this.owner.setup.urls.api;
    }

    togglePanel() {
        this.panel.toggle();
    }

    /* --- progress ------------------------------------------------------------------------------ */

    follow() {
        if (!this.polling) {
            this.polling = poll(() => this.look(), {first: 1200, max: 10_000});
        }
    }

    /* The results of a correction are assembled a moment later. */
    soon() {
        clearTimeout(this.waiting);
        this.waiting = setTimeout(() => this.redraw(), 1200);
    }

    async look() {
        const state = await get(this.owner.setup.urls.state);
        const changed = state.version !== this.version;
        if (changed) {
            this.version = state.version;
            await this.redraw();
            await this.owner.strip.load();
            const {page} = this.owner;
            const waits = !page || page.status === "pending" || page.status === "running";
            if (waits && this.owner.count) {
                await this.owner.show(this.owner.number, {replace: true, fresh: true});
            } else if (page) {
                this.owner.forget();
                await this.owner.refresh();
            }
        }
        if (state.finished) {
            this.polling = null;
            return false;
        }
        return changed;
    }

    /* Bar and panel as the document is now; not while somebody types there. */
    async redraw() {
        const response = await fetch(this.owner.setup.urls.facts, {credentials: "same-origin"});
        if (!response.ok) {
            return;
        }
        const parts = new DOMParser().parseFromString(await response.text(), "text/html");
        const part = (name) => document.adoptNode(parts.querySelector(`[data-part=${name}]`)).childNodes;
        this.bar.querySelector(".doc-states").replaceChildren(...part("states"));
        if (!this.bar.querySelector(".doc-more[open]")) {
            const focused = document.activeElement?.closest(".doc-verbs") && document.activeElement.dataset.verb;
            this.bar.querySelector(".doc-verbs").replaceChildren(...part("verbs"));
            this.bar.querySelector(`.doc-verbs [data-verb="${focused}"]:not(:disabled)`)?.focus();
        }
        document.querySelector("[data-group]").replaceChildren(...part("group"));
        document.querySelector("[data-members]")?.replaceChildren(...part("members"));
        this.panel.replace(part("panel"));
    }

    /* --- verbs --------------------------------------------------------------------------------- */

    bindVerbs() {
        document.addEventListener("click", (event) => {
            const button = event.target.closest("[data-verb]");
            if (button && !button.disabled) {
                button.closest("details")?.removeAttribute("open");
                this.verb(button.dataset.verb, button.dataset.pages);
            }
            const link = event.target.closest("[data-copy-link]");
            if (link) {
                link.closest("details")?.removeAttribute("open");
                this.openLinkDialog();
            }
            const made = event.target.closest("a[data-made]");
            if (made) {
                event.preventDefault();
                made.closest("details")?.removeAttribute("open");
                download(made.href, made.dataset.made);
            }
            event.target.closest("[data-close]")?.closest("dialog")?.close("");
        });
    }

    async verb(name, pages) {
        const {may} = this.owner.setup;
        if ((name === "approve" || name === "reject") && !(may.decide && this.bar.querySelector(`[data-verb=${name}]:not(:disabled)`))) {
            return;
        }
        if (name === "reject") {
            this.reject();
        } else if (name === "read-again") {
            this.readAgain(pages ?? "this");
        } else if (name === "trash") {
            await this.act(() => del(this.api), "trashed");
        } else if (await this.owner.saver.flush()) {
            await this.act(() => post(`${this.api}${name}/`, this.decision()), DONE[name], name);
        }
    }

    decision(more = {}) {
        return {version: this.version, ...more};
    }

    async reject() {
        const reason = await ask("reject-dialog", (form) => form.elements.reason.value.trim());
        if (reason !== null) {
            await this.owner.saver.flush();
            await this.act(() => post(`${this.api}reject/`, this.decision(reason ? {reason} : {})), "rejected");
        }
    }

    async readAgain(pages) {
        const {number, setup} = this.owner;
        const dialog = document.getElementById("again-dialog");
        dialog.querySelector("[data-this-page]").textContent = text("this-page", {number});
        dialog.querySelector("[data-failed]").hidden = !this.owner.strip.states.includes("f");
        dialog.querySelector(`[value=${pages}]`).checked = true;
        const options = await ask("again-dialog", ({elements}) => ({
            pages: {this: [number], some: elements.some.value.replaceAll(" ", "")}[elements.pages.value] ?? elements.pages.value,
            ocr: elements.ocr.value,
            ...(elements.engine.value ? {engine: elements.engine.value} : {}),
        }));
        if (options) {
            await this.owner.saver.flush();
            if (!setup.pages) {
                options.pages = "all";
            }
            await this.act(() => post(`${this.api}reprocess/`, options), "being-read");
            this.owner.forget();
            this.follow();
        }
    }

    async act(request, said, name = "") {
        try {
            const answer = await request();
            if (answer?.version) {
                this.version = answer.version;
            }
            if (said) {
                toast(text(said), said === "trashed" ? {undo: () => this.verb("restore")} : {});
            }
            await this.redraw();
            if (name === "restore" || said === "trashed") {
                location.reload();
            }
            return true;
        } catch (problem) {
            toast(problem.detail ?? String(problem), {kind: "bad"});
            if (problem.code === "outdated") {
                await this.look();
            }
            return false;
        }
    }

    /* --- title --------------------------------------------------------------------------------- */

    bindTitle() {
        const input = document.getElementById("title");
        if (!input) {
            return;
        }
        input.addEventListener("change", () => this.saveTitle(input));
        input.addEventListener("keydown", (event) => {
            if (event.code === "Enter") {
                input.blur();
            } else if (event.code === "Escape") {
                input.value = input.defaultValue;
                input.blur();
            }
        });
    }

    async saveTitle(input) {
        const title = input.value.trim();
        if (!title || title === input.defaultValue) {
            input.value = input.defaultValue;
            return;
        }
        if (await this.act(() => patch(this.api, {title}), "title-saved")) {
            input.defaultValue = title;
            document.title = `${title} · ocrsite`;
        }
    }
}

/* What the dialog's form says; null where it was cancelled. */
function ask(id, read) {
    const dialog = document.getElementById(id);
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
        dialog.addEventListener("close", () => {
            resolve(dialog.returnValue ? read(dialog.querySelector("form")) : null);
        }, {once: true});
    });
}

