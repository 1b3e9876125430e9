/* Which documents of a list are selected: rows that were picked, or all that the list matches. */
import {get} from "./http.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";

export class Selection {
    constructor(list) {
        this.list = list;
        this.bar = document.getElementById("selection-bar");
        this.ids = new Set();
        this.anchor = null;
        const all = this.bar.querySelector('[data-do="all"]');
        all.addEventListener("click", () => this.selectMatching());
        this.bar.querySelector('[data-do="clear"]').addEventListener("click", () => this.clear());
    }

    get size() {
        return this.ids.size;
    }

    has(row) {
        return this.ids.has(row.dataset.id);
    }

    set(row, picked) {
        this.mark(row, picked);
        this.anchor = row.dataset.id;
        this.show();
    }

    toggle(row) {
        this.set(row, !this.has(row));
    }

    setAll(rows, picked) {
        rows.forEach((row) => this.mark(row, picked));
        this.show();
    }

    /* A click on a row's box; with Shift all rows from the last one that was picked. */
    pick(row, picked, range, rows) {
        const from = rows.findIndex((each) => each.dataset.id === this.anchor);
        const to = rows.indexOf(row);
        if (range && from >= 0) {
            rows.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((each) => this.mark(each, picked));
        } else {
            this.mark(row, picked);
        }
        this.anchor = row.dataset.id;
        this.show();
    }

    mark(row, picked) {
        if (picked) {
            this.ids.add(row.dataset.id);
        } else {
            this.ids.delete(row.dataset.id);
        }
        this.draw(row);
    }

    draw(row) {
        const picked = this.has(row);
        row.classList.toggle("picked", picked);
        row.querySelector(".pick input").checked = picked;
    }

    /* After rows were loaded again. */
    restore(rows) {
        rows.forEach((row) => this.draw(row));
        this.show();
    }

    clear() {
        this.ids.clear();
        this.restore([...this.list.querySelectorAll(".doc-row")]);
    }

    replace(ids) {
        this.ids = new Set(ids);
        this.restore([...this.list.querySelectorAll(".doc-row")]);
    }

    async selectMatching() {
        const {idsUrl, selection} = this.list.dataset;
        try {
            const found = await get(`${idsUrl}?${selection}`);
            this.replace(found.ids);
            if (found.more) {
                toast(text("select-most", {count: found.ids.length}));
            }
        } catch (problem) {
            toast(problem.detail ?? text("failed"), {kind: "bad"});
        }
    }

    show() {
        this.bar.hidden = !this.size;
        this.bar.querySelector("[data-selected]").textContent = text("selected", {count: this.size});
        const count = Number(this.list.dataset.count);
        const all = this.bar.querySelector('[data-do="all"]');
        const rows = this.list.querySelectorAll(".doc-row");
        all.hidden = this.size >= count || this.size < Math.min(rows.length, 2);
        all.textContent = text("select-all", {count});
    }
}
