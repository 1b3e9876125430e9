/* The queue: take the next document; a manager chooses some and assigns them. */
import {post} from "./http.js";
import {bindKeys} from "./keys.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";

const setup = JSON.parse(document.getElementById("queue-setup").textContent);
const next = document.querySelector("[data-next]");
const filters = document.querySelector("[data-filters]");

async function takeNext() {
    if (next.disabled) {
        return;
    }
    next.disabled = true;
    const query = new URLSearchParams(location.search);
    try {
        const {document: found} = await post(setup.next, Object.fromEntries(query));
        if (found) {
            location.assign(`${found.desk}${query.size ? `?${query}` : ""}`);
            return;
        }
        toast(text("queue-empty"));
    } catch (problem) {
        toast(problem.detail, {kind: "bad"});
    }
    next.disabled = false;
}

next?.addEventListener("click", takeNext);
bindKeys([{code: "KeyN", label: text("k-skip"), run: takeNext}], {title: text("desk")});
window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
        location.reload();
    }
});

/* Filters count when they are chosen; without this script the button is there. */
if (filters) {
    filters.querySelector("[data-apply]").hidden = true;
    filters.addEventListener("change", () => {
        for (const field of filters.elements) {
            field.disabled = field.name !== "" && !field.value;
        }
        filters.requestSubmit();
    });
}

const assign = document.querySelector("[data-assign]");
const queue = document.querySelector("[data-queue]");
const chosen = () => [...queue.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value);
let last = null;

if (assign) {
    queue.addEventListener("click", (event) => {
        const boxes = [...queue.querySelectorAll("input[type=checkbox]")];
        const at = boxes.indexOf(event.target);
        if (at < 0) {
            return;
        }
        if (event.shiftKey && last !== null) {
            for (const box of boxes.slice(Math.min(at, last), Math.max(at, last) + 1)) {
                box.checked = event.target.checked;
            }
        }
        last = at;
        const count = chosen().length;
        assign.hidden = !count;
        assign.querySelector("[data-chosen]").textContent = text("chosen", {count});
    });
    assign.addEventListener("submit", async (event) => {
        event.preventDefault();
        try {
            await post(setup.assign, {ids: chosen(), person: assign.elements.person.value});
            location.reload();
        } catch (problem) {
            toast(problem.detail, {kind: "bad"});
        }
    });
}
