/* A document's page: which page is shown, and how its parts work together. */
import {get} from "./http.js";
import {bindKeys} from "./keys.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";
import {mountViewer} from "./viewer.js";
import {bindViewerKeys} from "./viewer_tools.js";
import {Hits} from "./document_hits.js";
import {Parts} from "./document_parts.js";
import {bindRegion} from "./document_region.js";
import {Saver} from "./document_save.js";
import {Strip} from "./document_strip.js";
import {TextPane} from "./document_text.js";
import {viewerMarks, viewerWords} from "./document_words.js";

const setup = JSON.parse(document.getElementById("document-setup").textContent);
const root = document.querySelector(".doc");
/* Pages that are kept: turning back costs nothing. */
const KEPT = 12;

class DocumentPage {
    constructor() {
        this.setup = setup;
        this.count = setup.pages;
        this.number = setup.page;
        this.pages = new Map();
        this.viewer = mountViewer(document.getElementById("viewer"), {
            fit: "width",
            onSelect: (word) => word && this.pane.select(word),
            onHover: (word) => this.pane.hover(word),
            onMark: (mark) => (mark.word ? (this.pane.select(mark.word), true) : false),
            onRegion: (box) => this.region(box),
            onFailure: () => this.viewer.showFailure(text("image-failed")),
        });
        this.saver = new Saver(this);
        this.pane = new TextPane(this);
        this.hits = new Hits(this);
        this.parts = new Parts(this);
        this.strip = new Strip(this);
        this.region = bindRegion(this);
        this.bindControls();
        this.bindKeys();
        this.show(this.number, {replace: true});
    }

    url(name, number = this.number) {
        return setup.urls[name].replace("/pages/0/", `/pages/${number}/`);
    }

    /* --- pages ---------------------------------------------------------------------------------- */

    async load(number, {fresh = false} = {}) {
        if (number < 1 || number > this.count) {
            return null;
        }
        if (fresh || !this.pages.has(number)) {
            const query = setup.hit ? `?${new URLSearchParams({hit: setup.hit})}` : "";
            const loading = get(this.url("page", number) + query);
            this.pages.set(number, loading);
            loading.catch(() => this.pages.delete(number));
            if (this.pages.size > KEPT) {
                this.pages.delete(this.pages.keys().next().value);
            }
        }
        return this.pages.get(number);
    }

    async show(number, {replace = false, fresh = false, hit = 0} = {}) {
        if (!this.count) {
            this.number = 1;
            this.pane.showWaiting();
            if (!this.setup.finished) {
                this.parts.follow();
            }
            return;
        }
        await this.saver.flush();
        this.number = Math.min(Math.max(number, 1), this.count);
        this.writePlace(replace);
        this.strip.mark(this.number);
        const wanted = this.number;
        let page;
        try {
            page = await this.load(wanted, {fresh});
        } catch (problem) {
            toast(problem.detail ?? String(problem), {kind: "bad"});
            return;
        }
        if (wanted !== this.number || !page) {
            return;
        }
        this.page = page;
        this.present(page);
        this.hits.arrived(hit);
    }

    present(page) {
        this.viewer.show({
            imageUrl: page.image,
            width: page.width,
            height: page.height,
            words: viewerWords(page),
            marks: viewerMarks(page, this.hits?.index ?? -1),
            preload: [this.imageOf(page.number + 1), this.imageOf(page.number - 1)],
            label: text("scan-of-page", {number: page.number}),
        });
        this.strip.thumbnails.start();
        this.pane.show(page);
        // The neighbours, so that the next key finds them here.
        this.load(page.number + 1)?.catch(() => {});
        this.load(page.number - 1)?.catch(() => {});
    }

    imageOf(number) {
        if (number < 1 || number > this.count || this.strip.isWaiting(number)) {
            return "";
        }
        return this.page.image.replace(`/pages/${this.page.number}/`, `/pages/${number}/`);
    }

    /* After a change: the page as it is now, without moving anything. */
    async refresh() {
        const page = await this.load(this.number, {fresh: true});
        if (!page || page.number !== this.number) {
            return;
        }
        this.page = page;
        this.viewer.setWords(viewerWords(page));
        if (this.viewer.imageUrl !== page.image || !this.viewer.size.width) {
            this.viewer.show({...page, imageUrl: page.image, words: viewerWords(page), label: text("scan-of-page", {number: page.number})});
        }
        this.drawMarks();
        this.pane.update(page);
    }

    /* px of the page image: as the page was read, else as it is. */
    imageSize() {
        const {width, height} = this.page.width ? this.page : this.viewer.size;
        return {width: Math.round(width) || 1414, height: Math.round(height) || 2000};
    }

    drawMarks() {
        if (this.page) {
            this.viewer.setMarks(viewerMarks(this.page, this.hits.index));
        }
    }

    forget() {
        this.pages.clear();
    }

    writePlace(replace) {
        const query = new URLSearchParams(location.search);
        query.set("page", this.number);
        const address = `${location.pathname}?${query}`;
        history[replace ? "replaceState" : "pushState"](null, "", address);
        for (const input of document.querySelectorAll(".pager-input")) {
            input.value = this.number;
        }
        for (const button of document.querySelectorAll("[data-step]")) {
            const target = this.number + Number(button.dataset.step);
            button.disabled = target < 1 || target > this.count;
        }
    }

    step(by) {
        const target = this.number + by;
        if (target >= 1 && target <= this.count) {
            this.show(target);
        }
    }

    /* --- controls ------------------------------------------------------------------------------- */

    bindControls() {
        document.addEventListener("click", (event) => {
            const step = event.target.closest("[data-step]");
            if (step) {
                this.step(Number(step.dataset.step));
            }
            const link = event.target.closest("a[data-page]");
            if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
                event.preventDefault();
                this.show(Number(link.dataset.page));
            }
            const shown = event.target.closest("[data-show]");
            if (shown) {
                this.switchView(shown.dataset.show);
            }
        });
        const pager = document.querySelector(".pager-input");
        pager.addEventListener("focus", () => pager.select());
        pager.addEventListener("change", () => this.show(Number(pager.value) || this.number));
        pager.addEventListener("keydown", (event) => {
            if (event.code === "Enter" || event.code === "Escape") {
                pager.blur();
                this.viewer.frame.focus();
            }
        });
        window.addEventListener("popstate", () => {
            this.show(Number(new URLSearchParams(location.search).get("page")) || 1, {replace: true});
        });
    }

    switchView(name) {
        root.dataset.view = name;
        for (const button of document.querySelectorAll("[data-show]")) {
            button.setAttribute("aria-pressed", String(button.dataset.show === name));
        }
    }

    bindKeys() {
        const key = (code, label, run, more = {}) => ({code, label: label && text(label), run, ...more});
        bindKeys([
            key("KeyN", "key-next-page", () => this.step(1)),
            key("KeyP", "key-previous-page", () => this.step(-1)),
            key("PageDown", "", () => this.step(1)),
            key("PageUp", "", () => this.step(-1)),
            key("Home", "key-first-page", () => this.show(1)),
            key("End", "key-last-page", () => this.show(this.count)),
            key("KeyG", "key-go", () => document.querySelector(".pager-input").focus()),
            key("KeyJ", "key-next-mark", () => this.hits.step(1)),
            key("KeyK", "key-previous-mark", () => this.hits.step(-1)),
            key("KeyO", "key-take", () => this.hits.take()),
            key("KeyE", "key-edit", () => this.pane.focusFirst()),
            key("KeyT", "key-title", () => document.getElementById("title")?.focus()),
            key("KeyA", "key-approve", () => this.parts.verb("approve")),
            key("KeyR", "key-reject", () => this.parts.verb("reject")),
            key("KeyD", "key-desk", () => document.querySelector("[data-desk]")?.click()),
            key("KeyL", "key-link", () => this.parts.openLinkDialog()),
            key("KeyI", "key-panel", () => this.parts.togglePanel()),
        ], {title: text("keys-document")});
        bindViewerKeys(this.viewer, {title: text("keys-scan")});
    }
}

export const documentPage = new DocumentPage();
