/* All pages at the left: only those in sight are elements, so that 10,000 cost no more than ten. */
import {get} from "./http.js";
import {text} from "./texts.js";
import {Thumbnails} from "./document_thumbnails.js";

const HEIGHT = 116;
const MORE = 4;

export class Strip {
    constructor(owner) {
        this.owner = owner;
        this.element = document.querySelector(".strip");
        this.list = this.element.querySelector(".strip-list");
        this.states = "";
        this.flagged = new Set();
        this.fixed = new Set();
        this.items = new Map();
        this.thumbnails = new Thumbnails(owner.viewer);
        this.element.addEventListener("scroll", () => this.draw(), {passive: true});
        new ResizeObserver(() => this.draw()).observe(this.element);
        this.element.addEventListener("click", (event) => {
            const item = event.target.closest("a[data-page]");
            item?.setAttribute("aria-current", "page");
        });
        if (owner.count) {
            this.load();
        }
    }

    async load() {
        const found = await get(this.owner.setup.urls.strip);
        this.states = found.states;
        this.flagged = new Set(found.flagged);
        this.fixed = new Set(found.corrected);
        this.owner.count = found.states.length || this.owner.count;
        this.element.hidden = this.owner.count < 2;
        for (const place of document.querySelectorAll("[data-page-count]")) {
            place.textContent = this.owner.count || "—";
        }
        this.items.forEach((item) => item.remove());
        this.items.clear();
        this.mark(this.owner.number);
    }

    /* Whether a page has no image yet. */
    isWaiting(number) {
        return "pr".includes(this.states[number - 1] ?? "d");
    }

    mark(number) {
        const top = (number - 1) * HEIGHT;
        const {scrollTop, clientHeight} = this.element;
        if (top < scrollTop || top + HEIGHT > scrollTop + clientHeight) {
            this.element.scrollTop = top - clientHeight / 2 + HEIGHT / 2;
        }
        this.draw();
        for (const [page, item] of this.items) {
            if (page === number) {
                item.setAttribute("aria-current", "page");
            } else {
                item.removeAttribute("aria-current");
            }
        }
    }

    corrected(number) {
        this.fixed.add(number);
        this.flagged.delete(number);
        this.items.get(number)?.remove();
        this.items.delete(number);
        this.draw();
    }

    draw() {
        const {count} = this.owner;
        this.list.style.height = `${count * HEIGHT}px`;
        const first = Math.max(Math.floor(this.element.scrollTop / HEIGHT) - MORE, 0) + 1;
        const last = Math.min(Math.ceil((this.element.scrollTop + this.element.clientHeight) / HEIGHT) + MORE, count);
        for (const [page, item] of this.items) {
            if (page < first || page > last) {
                item.remove();
                this.items.delete(page);
            }
        }
        for (let page = first; page <= last; page += 1) {
            if (!this.items.has(page)) {
                const item = this.make(page);
                const after = [...this.items].filter(([other]) => other > page).sort(([a], [b]) => a - b)[0];
                this.list.insertBefore(item, after?.[1] ?? null);
                this.items.set(page, item);
            }
        }
    }

    make(page) {
        const item = document.createElement("a");
        item.className = "strip-item";
        item.href = `?page=${page}`;
        item.dataset.page = page;
        item.style.transform = `translateY(${(page - 1) * HEIGHT}px)`;
        const state = this.states[page - 1] ?? "d";
        const kinds = [state === "d" ? "" : `state-${state}`, this.flagged.has(page) ? "state-flagged" : "", this.fixed.has(page) ? "state-corrected" : ""].filter(Boolean);
        item.setAttribute("aria-label", [text("page-n", {number: page}), ...kinds.map((kind) => text(kind))].join(", "));
        item.title = kinds.map((kind) => text(kind)).join(", ");
        const sheet = document.createElement("span");
        sheet.className = "strip-sheet";
        const {thumbnail} = this.owner.setup.urls;
        if (thumbnail && (state === "d" || state === "f")) {
            this.thumbnails.add(sheet, thumbnail.replace("/pages/0/", `/pages/${page}/`));
        }
        const number = document.createElement("span");
        number.className = "strip-number numeric";
        number.textContent = page;
        item.append(sheet, number);
        item.classList.add(...kinds);
        if (page === this.owner.number) {
            item.setAttribute("aria-current", "page");
        }
        return item;
    }
}
