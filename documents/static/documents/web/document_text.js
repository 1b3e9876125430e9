/* The text of a page, block by block: tied to its places on the scan, edited in place. */
import {text} from "./texts.js";
import {BlockView} from "./document_block.js";
import {boxOf, shifted, wordAt} from "./document_words.js";
import {paint, rangeOf, textOffset} from "./document_ranges.js";
import {showConflict} from "./document_conflict.js";
import {emptyPage} from "./document_empty.js";
import {bindTextKeys} from "./document_blocks.js";

export class TextPane {
    constructor(page) {
        this.owner = page;
        this.may = page.setup.may.correct;
        this.element = document.querySelector(".blocks");
        this.facts = document.querySelector(".page-facts");
        this.views = new Map();
        this.conflicts = new Map();
        this.bind();
        bindTextKeys(this);
    }

    get page() {
        return this.owner.page;
    }

    show(page) {
        this.views.clear();
        this.element.replaceChildren();
        this.element.scrollTop = 0;
        this.element.parentElement.scrollTop = 0;
        this.describe(page);
        page.blocks.forEach((block, index) => this.add(block, index));
        if (!page.blocks.some((block) => block.text || block.table || block.figure)) {
            this.element.append(emptyPage(this.owner, page));
        }
        if (this.shown !== page.number) {
            this.conflicts.clear();
        }
        this.shown = page.number;
        for (const conflict of this.conflicts.values()) {
            showConflict(this.owner, conflict);
        }
        this.paint();
    }

    showWaiting() {
        const {error} = this.owner.setup;
        const page = {status: error ? "failed" : "pending", failure: error, width: 0};
        this.element.replaceChildren(emptyPage(this.owner, page));
    }

    add(block, index) {
        const view = new BlockView(this, block, index);
        this.views.set(block.id, view);
        this.element.append(view.element);
    }

    /* The page as it is now: only what differs is redrawn, and what is being typed stays. */
    update(page) {
        const order = page.blocks.map((block) => block.id).join(" ");
        const same = order === [...this.views.keys()].join(" ");
        if (!same || page.blocks.some((block) => this.views.get(block.id).needsRedraw(block))) {
            const held = this.focused();
            const offset = held?.caret() ?? null;
            const typed = new Map([...this.views].filter(([, view]) => view.isDirty).map(([id, view]) => [id, view.value]));
            const top = this.element.parentElement.scrollTop;
            this.show(page);
            this.element.parentElement.scrollTop = top;
            for (const [id, value] of typed) {
                this.views.get(id)?.setValue(value);
            }
            if (held) {
                this.views.get(held.block.id)?.focus(offset);
            }
            return;
        }
        this.describe(page);
        for (const block of page.blocks) {
            this.views.get(block.id).update(block);
        }
        this.paint();
    }

    describe(page) {
        const facts = [];
        if (page.engine) {
            facts.push(page.engine);
        }
        if (page.confidence !== null) {
            facts.push(text("confidence", {percent: page.confidence}));
        }
        if (page.is_corrected) {
            facts.push(page.corrected_by ? text("corrected-by", {name: page.corrected_by}) : text("corrected"));
        }
        const line = document.createElement("span");
        line.className = "small muted";
        line.textContent = facts.join(" · ");
        const flags = page.flags.map(({label, advice}) => {
            const badge = document.createElement("span");
            badge.className = "badge flag";
            badge.textContent = label;
            badge.title = advice;
            return badge;
        });
        this.facts.replaceChildren(line, ...flags, ...this.readings(page), ...this.offer(page));
    }

    readings(page) {
        if (page.readings < 2) {
            return [];
        }
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button small quiet";
        button.textContent = text("readings", {count: page.readings});
        button.addEventListener("click", async () => (await import("./document_readings.js")).showReadings(this.owner));
        return [button];
    }

    /* A newer reading stands beside the correction. */
    offer(page) {
        if (!page.newer_reading) {
            return [];
        }
        const box = note(text("newer-reading"), "notice");
        if (this.may) {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "button small";
            button.textContent = text("use-newer");
            button.addEventListener("click", () => this.owner.saver.accept());
            box.append(" ", button);
        }
        return [box];
    }

    /* --- the tie ------------------------------------------------------------------------------- */

    bind() {
        this.element.addEventListener("pointermove", (event) => this.point(event));
        this.element.addEventListener("pointerleave", () => this.lightCaret());
        this.element.addEventListener("click", (event) => this.choose(event));
        document.addEventListener("selectionchange", () => this.lightCaret());
    }

    viewOf(node) {
        const element = node instanceof Element ? node : node?.parentElement;
        return this.views.get(element?.closest("[data-block]")?.dataset.block ?? "");
    }

    /* The view and word index at a place of the text. */
    wordAtNode(node, offset) {
        const view = this.viewOf(node);
        if (!view) {
            return null;
        }
        return {view, index: view.wordIndex(node, offset)};
    }

    wordAtPoint({clientX, clientY}) {
        const place = document.caretPositionFromPoint?.(clientX, clientY);
        if (place) {
            return this.wordAtNode(place.offsetNode, place.offset);
        }
        const range = document.caretRangeFromPoint?.(clientX, clientY);
        return range ? this.wordAtNode(range.startContainer, range.startOffset) : null;
    }

    point(event) {
        const found = this.viewOf(event.target) && this.wordAtPoint(event);
        if (found) {
            this.light(found.view, found.index, {scroll: false});
        }
    }

    choose(event) {
        const found = this.viewOf(event.target) && this.wordAtPoint(event);
        if (found) {
            this.light(found.view, found.index, {scroll: true});
        }
    }

    light(view, index, {scroll}) {
        const box = boxOf(view.block, index);
        this.owner.viewer.light([box]);
        if (scroll) {
            this.owner.viewer.reveal(box);
        }
        paint("word", [view.wordRange(index)]);
    }

    lightCaret() {
        const selection = document.getSelection();
        if (!selection.rangeCount || !this.element.contains(selection.anchorNode)) {
            return;
        }
        const found = this.wordAtNode(selection.focusNode, selection.focusOffset);
        if (found && document.activeElement?.closest?.(".blocks")) {
            this.light(found.view, found.index, {scroll: selection.isCollapsed});
        }
    }

    /* A word of the scan: its place in the text lights up. */
    hover(word) {
        const view = word && this.views.get(word.block);
        if (!view) {
            paint("word", []);
            this.owner.viewer.light([]);
            this.lightCaret();
            return;
        }
        this.owner.viewer.light([boxOf(view.block, word.index)]);
        paint("word", [view.wordRange(word.index)]);
    }

    /* A word of the scan was clicked: the caret goes there. */
    select(word) {
        const view = this.views.get(word.block);
        if (!view) {
            return;
        }
        const box = boxOf(view.block, word.index);
        this.owner.switchView("text");
        view.focusWord(word.index);
        view.element.scrollIntoView({block: "nearest"});
        this.owner.viewer.light([box]);
        paint("word", [view.wordRange(word.index)]);
    }

    paint() {
        const views = [...this.views.values()];
        paint("doubt", views.flatMap((view) => view.doubts()));
        paint("dispute", views.flatMap((view) => view.disputed()));
        paint("hit", this.owner.setup.hit ? this.hitRanges() : []);
    }

    /* The words whose boxes are hits. */
    hitRanges() {
        const ranges = [];
        for (const [x0, y0, x1, y1] of this.page?.hits ?? []) {
            const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
            for (const view of this.views.values()) {
                const index = view.block.words.findIndex((word) => word.length > 2 && x >= word[2] && x <= word[4] && y >= word[3] && y <= word[5]);
                if (index >= 0) {
                    ranges.push(view.wordRange(index));
                    break;
                }
            }
        }
        return ranges;
    }

    focused() {
        return this.viewOf(document.activeElement);
    }

    /* Where the last step led, else the first block. */
    focusFirst() {
        this.owner.switchView("text");
        const {current} = this.owner.hits;
        if (current) {
            this.select(current);
            return;
        }
        const first = [...this.views.values()].find((view) => view.fields().length);
        if (first) {
            first.focus(0);
        } else {
            this.element.querySelector("button, [contenteditable]")?.focus();
        }
    }
}

export function note(words, className = "muted") {
    const element = document.createElement("p");
    element.className = className;
    element.textContent = words;
    return element;
}

export {rangeOf, shifted, textOffset, wordAt};
