/* The words and marks of a page, as the viewer takes them. A page's word is
 * [start, end, x0, y0, x1, y1, doubtful]; without a known place [start, end]. */

export function viewerWords(page) {
    const words = [];
    for (const block of page.blocks) {
        block.words.forEach((word, index) => {
            if (word.length > 2) {
                words.push({id: `${block.id}:${index}`, block: block.id, index, box: word.slice(2, 6)});
            }
        });
        if (!block.words.some((word) => word.length > 2)) {
            words.push({id: block.id, block: block.id, index: -1, box: block.box});
        }
    }
    return words;
}

/* `current`: the index of the hit that is looked at. */
export function viewerMarks(page, current) {
    const marks = page.hits.map((box, index) => ({kind: "hit", box, current: index === current}));
    for (const block of page.blocks) {
        block.words.forEach((word, index) => {
            if (word[6]) {
                marks.push({kind: "doubt", box: word.slice(2, 6), word: {block: block.id, index}});
            }
        });
        for (const dispute of block.disputes) {
            marks.push({kind: "dispute", box: dispute.box, word: {block: block.id, index: wordAt(block, dispute.start)}});
        }
        if (!block.text && !block.figure && !block.continues) {
            marks.push({kind: "unread", box: block.box});
        }
    }
    return marks;
}

/* The index of the block's word that has this character, or follows it; -1 for none. */
export function wordAt(block, offset) {
    if (offset === null || offset === undefined) {
        return -1;
    }
    return block.words.findIndex(([, end]) => offset <= end);
}

export function boxOf(block, index) {
    const word = block.words[index];
    return word && word.length > 2 ? word.slice(2, 6) : block.box;
}

/* The same place in a text that has been typed in since: what is before and behind the change stays. */
export function shifted(offset, before, after) {
    if (before === after) {
        return offset;
    }
    let start = 0;
    const most = Math.min(before.length, after.length);
    while (start < most && before[start] === after[start]) {
        start += 1;
    }
    if (offset <= start) {
        return offset;
    }
    return Math.max(offset + after.length - before.length, start);
}
