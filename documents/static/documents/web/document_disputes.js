/* What another reader saw in a block: one press puts it into the text. */
import {text} from "./texts.js";
import {toast} from "./toast.js";
import {shifted} from "./document_words.js";

export function disputeList(view) {
    return view.block.disputes
        .filter((dispute) => dispute.start !== null && !view.isTable)
        .map((dispute) => row(view, dispute));
}

function row(view, dispute) {
    const line = document.createElement("p");
    line.className = "dispute-line small";
    const said = document.createElement("span");
    said.textContent = `${dispute.text} — ${text("other-reading")} ${dispute.other}`;
    line.append(said);
    if (view.pane.may) {
        const use = document.createElement("button");
        use.type = "button";
        use.className = "button small";
        use.textContent = text("use", {text: dispute.other});
        use.addEventListener("click", () => take(view, dispute));
        line.append(use);
    }
    line.addEventListener("pointerenter", () => view.pane.owner.viewer.light([dispute.box]));
    return line;
}

/* Words that somebody has changed meanwhile stay as they are. */
export function take(view, {start, end, other_text: other}) {
    const now = view.value;
    const [from, to] = [shifted(start, view.block.text, now), shifted(end, view.block.text, now)];
    if (now.slice(from, to) !== view.block.text.slice(start, end)) {
        toast(text("words-gone"));
        return;
    }
    view.setValue(now.slice(0, from) + other + now.slice(to));
    view.pane.owner.saver.typed(view);
    view.pane.owner.saver.flush();
}
