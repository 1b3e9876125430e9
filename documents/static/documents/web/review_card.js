/* One doubt as a card: the crop, the line with a field in it, both readings. */
import {text} from "./texts.js";
import {Crop} from "./review_crop.js";

/* On a phone the keyboard would cover the card: the field is focused when it is touched. */
const TOUCH = matchMedia("(pointer: coarse)").matches;

export class Card {
    /* `choose(answer, typed)` is called by a click. */
    constructor(root, {choose}) {
        this.root = root;
        this.find = (name) => root.querySelector(`[data-card="${name}"]`);
        this.crop = new Crop(this.find("crop"));
        this.find("crop").querySelector("img").addEventListener("error", () => {
            this.find("crop").classList.add("failed");
        });
        this.find("first").addEventListener("click", () => choose("first"));
        this.find("second").addEventListener("click", () => choose("second"));
        this.find("right").addEventListener("click", () => choose("enter"));
        this.line = this.find("line-field");
        this.area = this.find("area-field");
        for (const field of [this.line, this.area]) {
            field.addEventListener("input", () => this.touch());
            field.addEventListener("pointerdown", () => {
                this.placed = true;
            });
        }
    }

    get field() {
        return this.usesArea ? this.area : this.line;
    }

    /* Whether the person has begun to edit: then digits are text, and Backspace deletes. */
    get edited() {
        return this.placed || this.field.value !== this.given;
    }

    get typed() {
        return this.field.value;
    }

    touch() {
        this.fit();
        const goesOn = this.edited || (this.usesArea && !this.typed);
        this.find("right").querySelector("[data-label]").textContent = text(goesOn ? "continue" : "right");
    }

    show(page, doubt) {
        this.doubt = doubt;
        this.placed = false;
        this.usesArea = doubt.kind === "unread";
        const writes = doubt.placed;
        this.root.dataset.doubt = doubt.id;
        this.root.dataset.kind = doubt.kind;
        this.find("why").textContent = doubt.why;
        this.find("advice").textContent = this.adviceFor(doubt);
        this.find("sentence").hidden = !writes || this.usesArea;
        this.area.hidden = !writes || !this.usesArea;
        this.find("before").textContent = doubt.before;
        this.find("after").textContent = doubt.after;
        this.find("said").textContent = said(doubt);
        this.given = doubt.typed ?? doubt.text;
        this.field.value = this.given;
        this.field.placeholder = this.usesArea ? text("type-missing") : text("nothing-here");
        this.readings(doubt, writes);
        this.touch();
        this.crop.show(page, doubt);
        this.focus();
    }

    /* A page without doubts: its image, and a field where nothing was read. */
    showPage(page, message, {field = false} = {}) {
        this.doubt = null;
        this.placed = field;
        this.usesArea = field;
        this.root.dataset.doubt = `page-${page.number}`;
        this.root.dataset.kind = "none";
        this.find("why").textContent = message;
        this.find("advice").textContent = field ? [page.error, text("type-page")].filter(Boolean).join(" ") : "";
        this.find("sentence").hidden = true;
        this.find("readings").hidden = true;
        this.find("said").textContent = "";
        this.area.hidden = !field;
        this.given = this.area.value = "";
        this.area.placeholder = text("type-missing");
        this.find("right").querySelector("[data-label]").textContent = text("continue");
        this.crop.show(page, null);
        if (field) {
            this.focus();
        } else {
            document.activeElement?.blur();
        }
    }

    adviceFor(doubt) {
        if (doubt.advice) {
            return doubt.advice;
        }
        if (!doubt.placed) {
            return text("not-in-text");
        }
        if (doubt.kind === "unread") {
            return text("type-lines");
        }
        return !doubt.text && doubt.kind === "disputed" ? text("missing-word") : "";
    }

    readings(doubt, writes) {
        const two = doubt.other !== null;
        this.find("readings").hidden = !two;
        if (two) {
            const [first, second] = markOdd(doubt);
            this.find("first-text").replaceChildren(...first);
            this.find("second-text").replaceChildren(...second);
            this.find("second").disabled = !writes;
            for (const [name, value] of [["first", doubt.text], ["second", doubt.other]]) {
                this.find(`${name}-text`).classList.toggle("none", !value);
            }
        }
    }

    focus() {
        if (TOUCH || this.field.hidden || this.field.closest("[hidden]")) {
            return;
        }
        this.field.focus({preventScroll: true});
        this.field.select();
    }

    /* From the whole text on, one word after the other. False where there is no further one. */
    selectWord(step) {
        const {value, selectionStart, selectionEnd} = this.line;
        const words = [...value.matchAll(/\S+/g)].map(({0: word, index}) => [index, index + word.length]);
        const isWhole = selectionStart === 0 && selectionEnd === value.length;
        if (words.length < 2) {
            return false;
        }
        const next = step > 0
            ? words.find(([start]) => isWhole || start >= selectionEnd)
            : words.findLast(([, end]) => isWhole || end <= selectionStart);
        if (!next) {
            return false;
        }
        this.placed = true;
        this.line.setSelectionRange(...next);
        this.touch();
        return true;
    }

    /* As wide as its text. */
    fit() {
        if (!this.usesArea) {
            this.line.size = Math.min(Math.max(this.line.value.length + 1, 6), 60);
        }
    }
}

/* Both readings; letters that look alike and differ are marked, with the name of their alphabet: on
 * the screen the words are the same. */
function markOdd({kind, text: one, other}) {
    if (kind !== "lookalikes" || !other || one.length !== other.length) {
        return [[one || text("nothing-here")], [other || text("nothing-here")]];
    }
    const mark = (words, against) => {
        const odd = [...words].filter((letter, at) => letter !== against[at]);
        const name = /[A-Za-z]/.test(odd.join("")) ? "latin-letters" : "cyrillic-letters";
        const parts = [...words].map((letter, at) => (letter === against[at] ? letter : oddLetter(letter)));
        const note = document.createElement("small");
        note.className = "muted";
        note.textContent = ` ${text(name, {letters: [...new Set(odd)].join(", ")})}`;
        return [...parts, note];
    };
    return [mark(one, other), mark(other, one)];
}

function oddLetter(letter) {
    const element = document.createElement("span");
    element.className = "odd-letter";
    element.textContent = letter;
    return element;
}

function said(doubt) {
    if (!doubt.answer) {
        return "";
    }
    return doubt.typed === undefined ? text("answered-right") : text("answered-text", {text: doubt.typed || text("nothing-here")});
}
