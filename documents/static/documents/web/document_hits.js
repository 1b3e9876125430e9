/* From hit to hit across pages; without a search, from doubtful word to doubtful word. */
import {get} from "./http.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";
import {take} from "./document_disputes.js";
import {wordAt} from "./document_words.js";

export class Hits {
    constructor(owner) {
        this.owner = owner;
        this.query = owner.setup.hit;
        this.index = -1;
        this.pages = null;
        this.count = document.querySelector(".hit-count");
        for (const button of document.querySelectorAll("[data-hit]")) {
            button.addEventListener("click", () => this.step(Number(button.dataset.hit)));
        }
        if (this.query) {
            this.loading = this.load();
        }
    }

    async load() {
        try {
            const query = new URLSearchParams({hit: this.query});
            this.pages = (await get(`${this.owner.setup.urls.hits}?${query}`)).pages;
        } catch {
            this.pages = [];
        }
        this.say();
    }

    /* A page is shown. `from`: 1 when it was reached forwards, -1 backwards, 0 otherwise. */
    arrived(from) {
        const {hits} = this.owner.page;
        this.index = -1;
        this.current = null;
        if (this.query && hits.length) {
            this.show(from < 0 ? hits.length - 1 : 0);
        }
        this.say();
    }

    async step(by) {
        const {owner} = this;
        if (!owner.page) {
            return;
        }
        const target = this.index + by;
        const marks = this.query ? owner.page.hits : this.doubts();
        if (target >= 0 && target < marks.length) {
            this.show(target);
            return;
        }
        if (!this.query) {
            this.turn(by, [...owner.strip.flagged].sort((a, b) => a - b));
            return;
        }
        await this.loading;
        this.turn(by, this.pages ?? []);
    }

    turn(by, pages) {
        const {number} = this.owner;
        const next = by > 0 ? pages.find((page) => page > number) : pages.findLast((page) => page < number);
        if (next) {
            this.owner.show(next, {hit: by});
        } else {
            toast(text("last-hit"));
        }
    }

    show(index) {
        this.index = index;
        const {owner} = this;
        if (this.query) {
            owner.drawMarks();
            owner.viewer.reveal(owner.page.hits[index]);
            this.scrollText(owner.page.hits[index]);
        } else {
            this.current = this.doubts()[index];
            const view = owner.pane.views.get(this.current.block);
            view.element.scrollIntoView({block: "nearest"});
            owner.pane.light(view, this.current.index, {scroll: true});
        }
        this.say();
    }

    /* The other reading of the place that is looked at. */
    take() {
        if (!this.current?.dispute) {
            return;
        }
        take(this.owner.pane.views.get(this.current.block), this.current.dispute);
        this.current = null;
        this.index -= 1;
    }

    /* The text beside it comes into sight, too. */
    scrollText([x0, y0, x1, y1]) {
        const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
        const inside = ([a, b, c, d]) => x >= a && x <= c && y >= b && y <= d;
        const block = this.owner.page.blocks.find(({box}) => inside(box));
        const view = block && this.owner.pane.views.get(block.id);
        if (view) {
            view.element.scrollIntoView({block: "nearest"});
        }
    }

    /* Doubtful and disputed words in reading order. */
    doubts() {
        return this.owner.page.blocks.flatMap((block) => {
            const disputed = new Map(block.disputes.map((dispute) => [wordAt(block, dispute.start), dispute]));
            return block.words.flatMap((word, index) => (
                word[6] || disputed.has(index) ? [{block: block.id, index, dispute: disputed.get(index)}] : []
            ));
        });
    }

    say() {
        if (!this.query) {
            return;
        }
        const here = this.owner.page?.hits.length ?? 0;
        const parts = [here ? text("hits-of", {number: this.index + 1, count: here}) : text("no-hits")];
        if (this.pages?.length > 1) {
            parts.push(text("hit-pages", {count: this.pages.length}));
        }
        this.count.textContent = parts.join(", ");
    }
}
