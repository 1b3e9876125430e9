/* One block of the text: what it shows, what is typed into it. */
import {text} from "./texts.js";
import {blockMenu} from "./document_blocks.js";
import {disputeList} from "./document_disputes.js";
import {drawFlowing, mendBreaks, showBreak, softBreaks} from "./document_flow.js";
import {putCaret, rangeOf, textOffset} from "./document_ranges.js";
import {readRows, rowsOf, sameShape, tableGrid, updateCells} from "./document_tables.js";
import {shifted, wordAt} from "./document_words.js";

/* Labels whose text is no running text: shown smaller, or as code. */
const FORMULAS = new Set(["display_formula", "inline_formula", "formula"]);

export class BlockView {
    constructor(pane, block, index) {
        this.pane = pane;
        this.block = block;
        this.index = index;
        this.element = document.createElement("section");
        this.element.className = "block";
        this.element.dataset.block = block.id;
        this.element.dataset.label = block.label;
        this.draw();
    }

    draw() {
        const {block} = this;
        this.element.replaceChildren();
        if (block.label !== "text") {
            const kind = document.createElement("span");
            kind.className = "block-kind";
            kind.textContent = block.label_name;
            this.element.append(kind);
        }
        if (block.figure) {
            const figure = document.createElement("img");
            figure.className = "block-figure";
            figure.src = block.figure;
            figure.alt = "";
            figure.loading = "lazy";
            this.element.append(figure);
        }
        this.body = block.table ? tableGrid(this) : this.drawText();
        this.element.append(this.body);
        if (this.pane.may) {
            this.element.append(blockMenu(this));
        }
        this.after = document.createElement("div");
        this.after.className = "block-after";
        this.element.append(this.after);
        this.drawDisputes();
    }

    drawText() {
        const {block} = this;
        const body = document.createElement("div");
        body.className = "block-text";
        this.pour(body, block.text);
        if (block.math) {
            const shown = document.createElement("div");
            shown.className = "block-math";
            // Sanitised by the server to MathML alone (documents/text/formulas.py).
            shown.innerHTML = block.math;
            this.element.append(shown);
        }
        if (FORMULAS.has(block.label)) {
            body.classList.add("latex");
        }
        this.makeEditable(body, text("block-n", {number: this.index + 1, label: block.label_name}));
        return body;
    }

    makeEditable(field, label) {
        if (!this.pane.may) {
            return;
        }
        field.setAttribute("contenteditable", "plaintext-only");
        if (field.contentEditable !== "plaintext-only") {
            field.setAttribute("contenteditable", "true");
        }
        field.setAttribute("role", "textbox");
        field.setAttribute("aria-multiline", "true");
        field.setAttribute("aria-label", label);
        field.spellcheck = false;
        field.addEventListener("beforeinput", (event) => showBreak(field, event));
        field.addEventListener("input", () => {
            mendBreaks(field);
            this.pane.owner.saver.typed(this);
        });
        field.addEventListener("blur", () => this.pane.owner.saver.left(this));
        field.addEventListener("paste", (event) => {
            event.preventDefault();
            const pasted = event.clipboardData.getData("text/plain").replace(/\r/g, "");
            document.execCommand("insertText", false, field.closest("td, th") ? pasted.replace(/\s+/g, " ") : pasted);
        });
    }

    drawDisputes() {
        this.after.replaceChildren(...disputeList(this));
    }

    /* --- values -------------------------------------------------------------------------------- */

    get isTable() {
        return Boolean(this.block.table);
    }

    get value() {
        return this.isTable ? readRows(this.body) : this.body.textContent;
    }

    setValue(value) {
        if (this.isTable) {
            this.body = this.replaceBody(tableGrid(this, value));
        } else {
            this.pour(this.body, value);
        }
    }

    /* The lines of the reading flow; those that somebody has typed stay as they were typed. */
    pour(body, value) {
        const flows = value === this.block.text && !FORMULAS.has(this.block.label);
        drawFlowing(body, value, flows ? softBreaks(this.block) : []);
    }

    replaceBody(body) {
        this.body.replaceWith(body);
        return body;
    }

    get isDirty() {
        if (this.isTable) {
            return JSON.stringify(this.value) !== this.body.dataset.saved;
        }
        return normal(this.value) !== normal(this.block.text);
    }

    needsRedraw(block) {
        if (block.label !== this.block.label || block.math !== this.block.math || Boolean(block.table) !== this.isTable) {
            return true;
        }
        return this.isTable && !sameShape(this.value, rowsOf(block.table));
    }

    update(block) {
        const before = this.block;
        this.block = block;
        if (this.isTable) {
            updateCells(this.body, rowsOf(block.table));
        } else if (before.text !== block.text && normal(this.value) !== normal(block.text) && normal(this.value) === normal(before.text)) {
            this.pour(this.body, block.text);
        }
        this.drawDisputes();
    }

    /* --- words --------------------------------------------------------------------------------- */

    fields() {
        return this.isTable ? [...this.body.querySelectorAll("td, th")] : [this.body];
    }

    wordIndex(node, offset) {
        if (this.isTable) {
            const cell = (node instanceof Element ? node : node.parentElement)?.closest("td, th");
            if (!cell) {
                return -1;
            }
            const before = this.fields().slice(0, this.fields().indexOf(cell));
            const passed = before.reduce((sum, each) => sum + count(each.textContent), 0);
            const inside = count(cell.textContent.slice(0, textOffset(cell, node, offset)).replace(/\S+$/, ""));
            return Math.min(passed + inside, this.block.words.length - 1);
        }
        if (!this.body.contains(node)) {
            return -1;
        }
        const at = textOffset(this.body, node, offset);
        return wordAt(this.block, shifted(at, this.value, this.block.text));
    }

    /* [field, start, end] of a word. */
    wordPlace(index) {
        const word = this.block.words[index];
        if (!word) {
            return null;
        }
        if (!this.isTable) {
            const now = this.value;
            const start = shifted(word[0], this.block.text, now);
            return [this.body, start, Math.max(shifted(word[1], this.block.text, now), start)];
        }
        let left = index;
        for (const cell of this.fields()) {
            const words = [...cell.textContent.matchAll(/\S+/g)];
            if (left < words.length) {
                return [cell, words[left].index, words[left].index + words[left][0].length];
            }
            left -= words.length;
        }
        return null;
    }

    wordRange(index) {
        const place = this.wordPlace(index);
        return place ? rangeOf(...place) : null;
    }

    focusWord(index) {
        const [field, , end] = this.wordPlace(index) ?? [this.fields()[0], 0, 0];
        if (field) {
            this.pane.may ? putCaret(field, end) : field.scrollIntoView({block: "nearest"});
        }
    }

    focus(offset) {
        const field = this.fields()[0];
        if (field) {
            putCaret(field, offset ?? field.textContent.length);
        }
    }

    /* The character of the block's text at the caret; null where it is elsewhere. */
    caret() {
        const selection = document.getSelection();
        if (this.isTable || !selection.rangeCount || !this.body.contains(selection.focusNode)) {
            return null;
        }
        return textOffset(this.body, selection.focusNode, selection.focusOffset);
    }

    doubts() {
        return this.block.words.flatMap((word, index) => (word[6] ? [this.wordRange(index)] : []));
    }

    disputed() {
        return this.block.disputes
            .filter(({start, end}) => start !== null && end > start && !this.isTable)
            .map(({start, end}) => rangeOf(this.body, shifted(start, this.block.text, this.value), shifted(end, this.block.text, this.value)));
    }
}

function count(words) {
    return words.match(/\S+/g)?.length ?? 0;
}

/* As the server compares texts. */
export function normal(value) {
    return value.trim().split("\n").map((line) => line.trim().split(/\s+/).join(" ")).join("\n");
}
