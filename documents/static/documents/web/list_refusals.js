/* Why a change was refused: a line for each reason, with the first documents that it was said of. */
import {text} from "./texts.js";

const SHOWN = 5;

/* `refused`: {id, reason, title}, the title where the list does not show the document. */
export function describeRefusals(refused) {
    const reasons = new Map();
    for (const outcome of refused) {
        reasons.set(outcome.reason, [...(reasons.get(outcome.reason) ?? []), outcome]);
    }
    return [...reasons].map(([reason, outcomes]) => describe(reason, outcomes));
}

function describe(reason, outcomes) {
    const item = document.createElement("li");
    item.className = "notice warn";
    item.textContent = text("refused", {count: outcomes.length, reason});
    for (const outcome of outcomes.slice(0, SHOWN)) {
        const row = document.getElementById(`d-${outcome.id}`);
        const title = row?.dataset.title ?? outcome.title;
        if (title) {
            const link = document.createElement("a");
            link.className = "small";
            link.href = row?.dataset.url ?? `/documents/${outcome.id}/`;
            link.textContent = title;
            item.append(link);
        }
    }
    return item;
}
