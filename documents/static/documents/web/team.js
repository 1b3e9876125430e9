/* The team's page: copying the link of an invitation, roles saved as they are chosen. */
import {text} from "./texts.js";
import {toast} from "./toast.js";

for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => copy(button));
}

async function copy(button) {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
        await navigator.clipboard.writeText(field.value);
    } catch {
        /* There is no clipboard without https; the selection is copied the old way. */
        if (!document.execCommand("copy")) {
            toast(text("failed"), {kind: "bad"});
            return;
        }
    }
    toast(button.dataset.copied);
}

for (const form of document.querySelectorAll("[data-submit-on-change]")) {
    form.querySelector("button").hidden = true;
    form.addEventListener("change", () => form.requestSubmit());
}
