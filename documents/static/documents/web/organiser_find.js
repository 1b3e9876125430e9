/* The dialog in which another document is searched: to be joined, or as the backs of sheets. */
import {get} from "./http.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";

/* ms after the last letter. */
const PAUSE = 250;

export class Find {
    /* `own`: the id of the document that is arranged, which is none to be found. */
    constructor(dialog, url, own, found) {
        Object.assign(this, {dialog, url, own, found});
        this.words = dialog.querySelector("[data-find-words]");
        this.list = dialog.querySelector("[data-found]");
        this.asked = 0;
        this.words.addEventListener("input", () => {
            clearTimeout(this.timer);
            this.timer = setTimeout(() => this.ask(), PAUSE);
        });
        dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    }

    open(kind) {
        this.kind = kind;
        const backs = kind === "backs";
        this.dialog.querySelector("[data-title-join]").hidden = backs;
        this.dialog.querySelector("[data-title-backs]").hidden = !backs;
        this.dialog.setAttribute("aria-labelledby", backs ? "find-title-backs" : "find-title");
        this.dialog.querySelectorAll("[data-help-backs]").forEach((each) => {
            each.hidden = !backs;
        });
        this.words.value = "";
        this.dialog.showModal();
        this.words.focus();
        this.ask();
    }

    get isReversed() {
        return this.dialog.querySelector("[data-reverse]").checked;
    }

    async ask() {
        this.asked += 1;
        const asked = this.asked;
        const words = this.words.value.trim();
        try {
            const query = words ? `&q=${encodeURIComponent(words)}` : "";
            const {results} = await get(`${this.url}${query}`);
            if (asked === this.asked) {
                this.show(results.filter(({id}) => id !== this.own));
            }
        } catch (problem) {
            toast(problem.detail ?? text("failed"), {kind: "bad"});
        }
    }

    show(documents) {
        const rows = documents.map((document) => this.row(document));
        if (!rows.length) {
            const none = document.createElement("li");
            none.className = "muted";
            none.textContent = text("nothing-found");
            rows.push(none);
        }
        this.list.replaceChildren(...rows);
    }

    row(found) {
        const row = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.className = "organiser-choice";
        button.disabled = !found.page_count;
        const title = document.createElement("b");
        title.textContent = found.title;
        const count = document.createElement("span");
        count.className = "small muted";
        count.textContent = found.page_count ? text("pages-n", {count: found.page_count}) : text("no-pages-yet");
        button.append(title, count);
        button.addEventListener("click", () => {
            this.dialog.close();
            this.found(this.kind, found);
        });
        row.append(button);
        return row;
    }
}
