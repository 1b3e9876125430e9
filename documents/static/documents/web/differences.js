/* The differences of two versions: N and P, and the buttons, lead from one to the next. */
import {bindKeys} from "./keys.js";
import {text} from "./texts.js";

const place = document.querySelector("[data-change-place]");

/* Numbers of the differences of this part, in order. */
const numbers = [...new Set([...document.querySelectorAll("[data-change]")].map((each) => Number(each.dataset.change)))]
    .sort((a, b) => a - b);
let at = -1;

function visible(number) {
    return [...document.querySelectorAll(`[data-change="${number}"]`)].filter((each) => each.offsetParent);
}

function go(step) {
    if (!numbers.length) {
        return;
    }
    for (const each of document.querySelectorAll("[data-change].current")) {
        each.classList.remove("current");
    }
    at = at < 0 && step < 0 ? numbers.length - 1 : (at + step + numbers.length) % numbers.length;
    const pieces = visible(numbers[at]);
    for (const each of pieces) {
        each.classList.add("current");
    }
    const [first] = pieces;
    if (first) {
        first.tabIndex = -1;
        first.focus({preventScroll: true});
        first.scrollIntoView({block: "center"});
    }
    place.textContent = text("difference-n", {number: at + 1, count: numbers.length});
}

for (const button of document.querySelectorAll("[data-change-step]")) {
    button.addEventListener("click", () => go(Number(button.dataset.changeStep)));
}

bindKeys([
    {code: "KeyN", label: text("next-difference"), run: () => go(1)},
    {code: "KeyP", label: text("previous-difference"), run: () => go(-1)},
], {title: text("differences")});
