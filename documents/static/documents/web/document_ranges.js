/* Characters of an element as ranges, and ranges lit up without changing the text's elements. */

/* The character that a place inside `element` is. */
export function textOffset(element, node, offset) {
    const range = document.createRange();
    range.selectNodeContents(element);
    try {
        range.setEnd(node, offset);
    } catch {
        return 0;
    }
    return range.toString().length;
}

export function rangeOf(element, start, end) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let at = 0;
    let begun = false;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const {length} = node.data;
        if (!begun && start <= at + length) {
            range.setStart(node, start - at);
            begun = true;
        }
        if (begun && end <= at + length) {
            range.setEnd(node, end - at);
            return range;
        }
        at += length;
    }
    if (!begun) {
        range.collapse(false);
    }
    return range;
}

export function putCaret(element, start, end = start) {
    element.focus({preventScroll: true});
    const range = rangeOf(element, start, end);
    const selection = document.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
}

/* `name`: word, doubt, dispute, hit (document_text.css). */
export function paint(name, ranges) {
    if (!CSS.highlights) {
        return;
    }
    const highlight = new Highlight(...ranges.filter(Boolean));
    highlight.priority = {doubt: 0, dispute: 1, hit: 2, word: 3}[name];
    CSS.highlights.set(`doc-${name}`, highlight);
}
