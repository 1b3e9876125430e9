/* A title that is edited where it stands: Enter keeps it, Esc leaves it as it was. */
import {patch} from "./http.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";

export function startTitleEditing(part, api) {
    part.addEventListener("click", ({target}) => {
        const row = target.closest("[data-edit-title]")?.closest(".doc-row");
        if (row) {
            editTitle(row, api);
        }
    });
}

export function editTitle(row, api) {
    const line = row.querySelector(".doc-title");
    const link = line.querySelector(".title");
    if (!row.querySelector("[data-edit-title]") || line.querySelector("input")) {
        return;
    }
    const input = document.createElement("input");
    input.className = "input";
    input.maxLength = 500;
    input.value = row.dataset.title;
    input.setAttribute("aria-label", line.querySelector("[data-edit-title]").getAttribute("aria-label"));
    link.hidden = true;
    line.prepend(input);
    input.focus();
    input.select();
    let over = false;

    function close(focus) {
        over = true;
        input.remove();
        link.hidden = false;
        if (focus) {
            row.focus();
        }
    }

    async function save(focus) {
        if (over) {
            return;
        }
        const title = input.value.trim();
        if (!title || title === row.dataset.title) {
            close(focus);
            return;
        }
        over = true;
        input.readOnly = true;
        try {
            const saved = await patch(`${api}${row.dataset.id}/`, {title});
            row.dataset.title = link.textContent = saved.title;
            close(focus);
        } catch (problem) {
            over = false;
            input.readOnly = false;
            input.focus();
            toast(problem.detail ?? text("failed"), {kind: "bad"});
        }
    }

    input.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.isComposing) {
            event.preventDefault();
            event.stopPropagation();
            save(true);
        } else if (event.key === "Escape") {
            event.preventDefault();
            event.stopPropagation();
            close(true);
        }
    });
    input.addEventListener("blur", () => save(false));
}
