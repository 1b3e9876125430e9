/* The versions of a document: a new one is sent, and its page opens; an old one is made the newest. */
import {post} from "./http.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";

const form = document.querySelector("[data-edition-form]");

if (form) {
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const problem = form.querySelector("[data-edition-problem]");
        const button = form.querySelector("button");
        problem.hidden = true;
        button.disabled = true;
        const close = toast(text("sending"), {seconds: 600});
        try {
            const made = await post(form.action, new FormData(form));
            location.assign(`/documents/${made.id}/`);
        } catch (error) {
            problem.textContent = error.message;
            problem.hidden = false;
            button.disabled = false;
            close();
        }
    });
}

for (const button of document.querySelectorAll("[data-make-newest]")) {
    button.addEventListener("click", async () => {
        if (!window.confirm(text("make-newest"))) {
            return;
        }
        button.disabled = true;
        try {
            const made = await post(button.dataset.makeNewest, {});
            location.assign(`/documents/${made.id}/versions/`);
        } catch (error) {
            toast(error.message, {kind: "bad"});
            button.disabled = false;
        }
    });
}
