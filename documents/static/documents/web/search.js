/* The search page's keys, and pictures that the server could not draw at once. */
import {bindKeys} from "./keys.js";
import {text} from "./texts.js";

const links = [...document.querySelectorAll("[data-hit]")];

function move(step) {
    const at = links.indexOf(document.activeElement);
    const next = links[Math.max(0, Math.min(at < 0 ? 0 : at + step, links.length - 1))];
    next?.focus();
    next?.scrollIntoView({block: "nearest"});
}

if (links.length) {
    bindKeys([
        {code: "KeyJ", label: text("key-next-result"), run: () => move(1)},
        {code: "KeyK", label: text("key-previous-result"), run: () => move(-1)},
    ], {title: text("results")});
}

/* One thumbnail is drawn at a time; while others wait, the server asks to come back. */
const PAUSES = [1500, 4000, 10000];
for (const image of document.querySelectorAll("img[data-image]")) {
    let tries = 0;
    image.addEventListener("error", () => {
        if (tries < PAUSES.length) {
            setTimeout(() => {
                image.src = `${image.src.split("?")[0]}?again=${tries}`;
            }, PAUSES[tries] * (0.5 + Math.random()));
            tries += 1;
        }
    });
}
