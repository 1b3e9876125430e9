/* The side panel: open or closed as it was last left; tags, language, password, similar documents. */
import {patch, post} from "./http.js";

const KEY = "document-panel";

export class Panel {
    constructor(parts) {
        this.parts = parts;
        this.element = document.getElementById("panel");
        this.root = document.querySelector(".doc");
        this.button = document.querySelector("[data-panel-button]");
        this.button.addEventListener("click", () => this.toggle());
        this.element.addEventListener("click", (event) => this.clicked(event));
        this.element.addEventListener("submit", (event) => this.submitted(event));
        this.element.addEventListener("change", (event) => this.changed(event));
        this.set(this.wasOpen());
    }

    wasOpen() {
        const kept = localStorage.getItem(KEY);
        const important = this.element.querySelector(".password-form");
        return Boolean(important) || (kept === null ? innerWidth >= 1500 : kept === "open" && innerWidth >= 800);
    }

    toggle() {
        const open = this.root.dataset.panel !== "open";
        localStorage.setItem(KEY, open ? "open" : "closed");
        this.set(open);
        if (open) {
            this.element.querySelector("[data-panel-close]").focus({preventScroll: true});
        } else {
            this.button.focus({preventScroll: true});
        }
    }

    set(open) {
        this.root.dataset.panel = open ? "open" : "closed";
        this.button.setAttribute("aria-expanded", String(open));
        this.element.inert = !open;
        if (open) {
            this.showSimilar();
        }
    }

    replace(nodes) {
        if (this.element.contains(document.activeElement) && document.activeElement.matches("input")) {
            return;
        }
        const top = this.element.scrollTop;
        this.element.replaceChildren(...nodes);
        this.element.scrollTop = top;
        if (this.similar) {
            this.fillSimilar();
        } else if (this.root.dataset.panel === "open") {
            this.showSimilar();
        }
    }

    async showSimilar() {
        if (this.similar !== undefined) {
            return;
        }
        this.similar = "";
        const response = await fetch(this.parts.owner.setup.urls.similar, {credentials: "same-origin"});
        this.similar = response.ok ? await response.text() : "";
        this.fillSimilar();
    }

    fillSimilar() {
        const place = this.element.querySelector("[data-similar]");
        const parsed = new DOMParser().parseFromString(this.similar, "text/html");
        place.replaceChildren(...document.adoptNode(parsed.body).childNodes);
        place.hidden = !place.childElementCount;
    }

    clicked(event) {
        if (event.target.closest("[data-panel-close]")) {
            this.toggle();
        }
        const tag = event.target.closest("[data-tag]")?.dataset.tag;
        if (tag) {
            this.saveTags(this.tags().filter((each) => each !== tag));
        }
    }

    tags() {
        return [...this.element.querySelectorAll("[data-tag]")].map((each) => each.dataset.tag);
    }

    async submitted(event) {
        event.preventDefault();
        const {form} = event.target.dataset;
        if (form === "tag") {
            const field = event.target.elements.tag;
            const added = field.value.split(",").map((name) => name.trim()).filter(Boolean);
            field.value = "";
            field.blur();
            if (added.length) {
                await this.saveTags([...this.tags(), ...added]);
                this.element.querySelector("[name=tag]")?.focus();
            }
        } else if (form === "password") {
            const {password} = event.target.elements;
            const {value} = password;
            password.value = "";
            password.blur();
            if (await this.parts.act(() => post(`${this.parts.api}password/`, {password: value}), "opened")) {
                this.parts.follow();
            }
        }
    }

    saveTags(tags) {
        return this.parts.act(() => patch(this.parts.api, {tags}), "");
    }

    changed(event) {
        if (event.target.dataset.field === "language") {
            this.parts.act(() => patch(this.parts.api, {language: event.target.value.trim().toLowerCase()}), "");
        } else if (event.target.dataset.field === "priority") {
            this.parts.act(() => patch(this.parts.api, {priority: event.target.value}), "priority-saved");
        }
    }
}
