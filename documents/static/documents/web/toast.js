/* Short messages in the corner, read aloud. With `undo` (a function) there is a button that calls
 * it, called `label` or "Undo"; such a message stays longer. `kind`: "bad" for what went wrong. Returns a function that closes. */
import {text as words} from "./texts.js";

const SECONDS = {plain: 5, undo: 10, bad: 12};

export function toast(message, {undo, label, kind, seconds} = {}) {
    const box = document.getElementById("toasts");
    const element = document.createElement("div");
    element.className = kind ? `toast ${kind}` : "toast";
    const said = document.createElement("span");
    said.textContent = message;
    element.append(said);
    const close = () => element.remove();
    if (undo) {
        element.append(button(label ?? words("undo"), "button small", () => {
            close();
            undo();
        }));
    }
    const closing = button("×", "button small icon-only quiet", close);
    closing.setAttribute("aria-label", words("close"));
    element.append(closing);
    box.append(element);
    disappearing(element, close, seconds ?? SECONDS[undo ? "undo" : kind] ?? SECONDS.plain);
    return close;
}

/* Not while it is pointed at or has the focus. */
function disappearing(element, close, seconds) {
    let timer = setTimeout(close, seconds * 1000);
    const hold = () => clearTimeout(timer);
    const go = () => {
        clearTimeout(timer);
        timer = setTimeout(close, seconds * 1000);
    };
    element.addEventListener("pointerenter", hold);
    element.addEventListener("focusin", hold);
    element.addEventListener("pointerleave", go);
    element.addEventListener("focusout", go);
}

function button(label, className, run) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = className;
    element.textContent = label;
    element.addEventListener("click", run);
    return element;
}
