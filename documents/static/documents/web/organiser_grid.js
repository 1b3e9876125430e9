/* The grid of the pages: which are chosen, where the cursor is. */
import {Drag} from "./organiser_drag.js";
import {loadWhenSeen} from "./organiser_pictures.js";
import {text} from "./texts.js";

export class Grid {
    constructor(element, pages, urls, chose) {
        Object.assign(this, {element, pages, urls, chose});
        this.chosen = new Set();
        this.at = null;
        this.cards = new Map();
        this.seen = loadWhenSeen();
        element.addEventListener("click", (event) => this.onClick(event));
        element.addEventListener("dblclick", (event) => this.open(this.keyOf(event.target)));
        element.addEventListener("focusin", (event) => this.moveTo(this.keyOf(event.target), {focus: false}));
        this.drag = new Drag(this);
    }

    keyOf(target) {
        return target.closest?.("[data-key]")?.dataset.key ?? null;
    }

    pageOf(key) {
        return this.pages.list.find((page) => page.key === key);
    }

    /* What is done is done to these: the chosen pages, else the one at the cursor. */
    get meant() {
        return this.chosen.size || this.at === null ? new Set(this.chosen) : new Set([this.at]);
    }

    name(page) {
        const several = this.pages.list.some((each) => each.document !== page.document);
        return text(several ? "page-of" : "page-n", {number: page.number, title: page.title});
    }

    draw() {
        const {list} = this.pages;
        const there = new Set(list.map((page) => page.key));
        this.chosen = new Set([...this.chosen].filter((key) => there.has(key)));
        const focused = this.element.contains(document.activeElement);
        if (!there.has(this.at)) {
            this.at = list[Math.min(this.place ?? 0, list.length - 1)]?.key ?? null;
        }
        let part = 0;
        const several = list.some((page, at) => at && page.split);
        const cards = list.map((page, at) => {
            part += !at || page.split ? 1 : 0;
            return this.fill(this.cards.get(page.key) ?? this.make(page), page, at, several ? part : 0);
        });
        this.cards = new Map(cards.map((card) => [card.dataset.key, card]));
        if (cards.some((card, at) => this.element.children[at] !== card) || this.element.children.length !== cards.length) {
            this.element.replaceChildren(...cards);
        }
        if (focused) {
            this.cards.get(this.at)?.focus();
        }
        this.chose();
    }

    make(page) {
        const card = document.createElement("li");
        card.className = "organiser-page";
        card.dataset.key = page.key;
        card.setAttribute("role", "option");
        const part = document.createElement("span");
        part.className = "organiser-part small";
        const frame = document.createElement("span");
        frame.className = "organiser-picture";
        const picture = document.createElement("img");
        picture.alt = "";
        picture.draggable = false;
        picture.dataset.from = this.urls.thumbnail.replace("00000000-0000-0000-0000-000000000000", page.document)
            .replace("/0/", `/${page.number}/`);
        this.seen.observe(picture);
        frame.append(picture);
        const name = document.createElement("span");
        name.className = "organiser-name small";
        const handle = document.createElement("span");
        handle.className = "organiser-handle";
        handle.setAttribute("aria-hidden", "true");
        handle.textContent = "⠿";
        card.append(part, frame, name, handle);
        return card;
    }

    fill(card, page, at, part) {
        const name = this.name(page);
        const begins = Boolean(part) && (!at || page.split);
        card.classList.toggle("begins", begins);
        card.classList.toggle("chosen", this.chosen.has(page.key));
        card.setAttribute("aria-selected", String(this.chosen.has(page.key)));
        card.setAttribute("aria-label", [
            text("placed", {name, place: at + 1, count: this.pages.list.length}),
            page.rotate && text("turned", {degrees: page.rotate}),
            begins && at && text("begins"),
        ].filter(Boolean).join(", "));
        card.tabIndex = page.key === this.at ? 0 : -1;
        card.querySelector(".organiser-part").textContent = begins ? text("part-n", {number: part}) : "";
        card.querySelector(".organiser-name").textContent = name === text("page-n", {number: page.number}) ?
            page.number : `${page.number} · ${page.title}`;
        card.querySelector(".organiser-name").title = name;
        card.querySelector("img").style.transform = page.rotate ? `rotate(${page.rotate}deg)` : "";
        return card;
    }

    moveTo(key, {focus = true} = {}) {
        if (key === null || !this.cards.has(key)) {
            return;
        }
        const before = this.cards.get(this.at);
        if (before) {
            before.tabIndex = -1;
        }
        this.at = key;
        this.place = this.pages.list.findIndex((page) => page.key === key);
        this.cards.get(key).tabIndex = 0;
        if (focus) {
            this.cards.get(key).focus();
        }
        this.chose();
    }

    /* By `by` places, or rows. */
    step(by, rows = false) {
        const {list} = this.pages;
        const place = Math.max(list.findIndex((page) => page.key === this.at), 0);
        const across = getComputedStyle(this.element).gridTemplateColumns.split(" ").length;
        const to = place + by * (rows ? across : 1);
        this.moveTo(list[Math.min(Math.max(to, 0), list.length - 1)].key);
    }

    toggle(key = this.at) {
        if (!this.chosen.delete(key)) {
            this.chosen.add(key);
        }
        this.draw();
    }

    choose(keys) {
        this.chosen = new Set(keys);
        this.draw();
    }

    open(key) {
        const page = this.pageOf(key);
        if (page) {
            window.open(this.urls.image.replace("00000000-0000-0000-0000-000000000000", page.document)
                .replace("/0/", `/${page.number}/`), "_blank", "noopener");
        }
    }

    onClick(event) {
        const key = this.keyOf(event.target);
        if (key === null || this.drag.dragged) {
            return;
        }
        if (event.shiftKey && this.anchor) {
            const keys = this.pages.list.map((page) => page.key);
            const [from, to] = [keys.indexOf(this.anchor), keys.indexOf(key)].sort((a, b) => a - b);
            this.choose([...this.chosen, ...keys.slice(from, to + 1)]);
        } else {
            this.toggle(key);
        }
        this.anchor = key;
    }
}
