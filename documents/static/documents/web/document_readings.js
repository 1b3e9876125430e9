/* The readings of a page in a dialog: which there are, and how one differs from the current text. */
import {text} from "./texts.js";
import {toast} from "./toast.js";

export async function showReadings(owner, run = "") {
    const dialog = document.getElementById("readings-dialog");
    const query = run ? `?${new URLSearchParams({with: run})}` : "";
    const response = await fetch(owner.url("readings") + query, {credentials: "same-origin"});
    if (!response.ok) {
        toast(text("failed"), {kind: "bad"});
        return;
    }
    const shown = new DOMParser().parseFromString(await response.text(), "text/html");
    const place = dialog.querySelector("[data-readings]");
    place.replaceChildren(...document.adoptNode(shown.body).childNodes);
    for (const button of place.querySelectorAll("[data-with]")) {
        button.addEventListener("click", () => showReadings(owner, button.dataset.with));
    }
    if (!dialog.open) {
        dialog.showModal();
    }
}
