/* The lines of a running text flow in the width of the pane instead of being wrapped once more each. The
 * text keeps its newlines: those that only end a full line of the page are drawn as spaces. */

import {putCaret, textOffset} from "./document_ranges.js";

/* What begins an item of a list: it has a line of its own. */
const ITEM = /^(?:[•●▪◦–—*-]|\(?\d{1,3}[.)]|\(?\p{L}\))$/u;
/* A gap so many letters' heights wide parts columns. */
const COLUMN = 2.5;
/* A first line moved in by so many heights begins a paragraph. */
const INDENT = 1;
/* Shorter lines have room in the pane as they are. */
const SHORT = 30;

/* The offsets of the newlines in the block's text after which its line only ran out of room: the next
 * word would not have fitted. None where the lines are no running text: an address, a bill, a poem. */
export function softBreaks({text, words}) {
    const lines = linesOf(text, words);
    if (lines.length < 2 || lines.some((line) => !line.box) || !text.split("\n").some((line) => line.length >= SHORT)) {
        return [];
    }
    const left = Math.min(...lines.map(({box}) => box[0]));
    const right = Math.max(...lines.map(({box}) => box[2]));
    const height = median(lines.map(({box}) => box[3] - box[1]));
    const isCentred = lines.every(({box}) => Math.abs(box[0] - left - (right - box[2])) < height);
    const full = lines.map((line, index) => {
        const next = lines[index + 1];
        if (!next) {
            return false;
        }
        const room = right - line.box[2] + (isCentred ? line.box[0] - left : 0);
        return room < next.first[4] - next.first[2] + height / 2;
    });
    const ended = full.filter(Boolean).length;
    const isRunning = lines.length > 2 ? ended * 2 >= lines.length : ended && lines[0].count > 5;
    if (!isRunning || lines.some(({widest}) => widest > COLUMN * height)) {
        return [];
    }
    return lines.flatMap((line, index) => {
        const next = lines[index + 1];
        if (!full[index] || ITEM.test(next.word)) {
            return [];
        }
        const isMovedIn = !isCentred && next.box[0] - left > INDENT * height && line.box[0] - left <= INDENT * height;
        return isMovedIn ? [] : [line.end];
    });
}

/* {end: where its newline is, box, first: its first word, word: that word's text, count, widest: its widest gap}. */
function linesOf(text, words) {
    const lines = [];
    let start = 0;
    for (const piece of text.split("\n")) {
        const end = start + piece.length;
        const inside = words.filter(([from, to]) => from >= start && to <= end);
        const placed = inside.length > 0 && inside.every((word) => word.length > 2);
        lines.push({
            end,
            box: placed ? around(inside) : null,
            first: inside[0],
            word: inside.length ? text.slice(inside[0][0], inside[0][1]) : "",
            count: inside.length,
            widest: Math.max(0, ...inside.slice(1).map((word, index) => word[2] - inside[index][4])),
        });
        start = end + 1;
    }
    return lines;
}

function around(words) {
    const edge = (pick, at) => pick(...words.map((word) => word[at]));
    return [edge(Math.min, 2), edge(Math.min, 3), edge(Math.max, 4), edge(Math.max, 5)];
}

function median(values) {
    return values.sort((one, other) => one - other)[values.length >> 1];
}

/* `element` says `text`, with the newlines at `breaks` drawn as spaces; behind a hyphen as nothing. */
export function drawFlowing(element, text, breaks) {
    const parts = [];
    let at = 0;
    for (const end of breaks) {
        const space = document.createElement("span");
        space.className = text[end - 1] === "-" ? "soft-break hyphened" : "soft-break";
        space.textContent = "\n";
        parts.push(text.slice(at, end), space);
        at = end + 1;
    }
    element.replaceChildren(...parts, text.slice(at));
}

/* What was typed where a newline is drawn as a space goes beside it; browsers make the newline a space then.
 * A newline that was deleted goes. */
export function mendBreaks(element) {
    for (const space of element.querySelectorAll(".soft-break")) {
        const typed = space.textContent;
        if (typed === "\n") {
            continue;
        }
        const {focusNode, focusOffset} = document.getSelection();
        const caret = element.contains(focusNode) ? textOffset(element, focusNode, focusOffset) : null;
        const at = typed.search(/\s/);
        if (at < 0) {
            space.replaceWith(typed);
        } else {
            space.before(typed.slice(0, at));
            space.after(typed.slice(at + 1));
            space.textContent = "\n";
        }
        if (caret !== null) {
            putCaret(element, caret);
        }
    }
}

/* Enter where a newline is drawn as a space shows the line that begins there already. */
export function showBreak(element, event) {
    const {focusNode, focusOffset, isCollapsed} = document.getSelection();
    const caret = isCollapsed ? textOffset(element, focusNode, focusOffset) : -1;
    const places = [...element.querySelectorAll(".soft-break")].map((space) => [space, textOffset(element, space, 0)]);
    const found = places.find(([, at]) => caret >= at && caret <= at + 1);
    if (found && ["insertParagraph", "insertLineBreak"].includes(event.inputType)) {
        event.preventDefault();
        found[0].replaceWith("\n");
        element.normalize();
        putCaret(element, found[1] + 1);
    }
}
