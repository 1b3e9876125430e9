/* A link that opens one file of the document for a while, for whoever has it: made, shown, copied. */
import {post} from "./http.js";
import {text} from "./texts.js";

export function bindLinkDialog(api) {
    const dialog = document.getElementById("link-dialog");
    const form = dialog.querySelector("form");
    const made = form.querySelector("[data-made]");
    const said = form.querySelector("[role=status]");
    const {format, expires_in: validity, link} = form.elements;

    function forget() {
        made.hidden = true;
        said.textContent = "";
    }

    async function make() {
        forget();
        try {
            const answer = await post(`${api}links/`, {format: format.value, expires_in: Number(validity.value)});
            link.value = new URL(answer.url, location.href).href;
            made.hidden = false;
            const time = new Date(answer.expires_at).toLocaleString(document.documentElement.lang, {dateStyle: "medium", timeStyle: "short"});
            said.textContent = text(await copy(link) ? "link-copied" : "link-made", {time});
        } catch (problem) {
            said.textContent = problem.detail ?? String(problem);
        }
    }

    form.addEventListener("submit", (event) => {
        event.preventDefault();
        make();
    });
    form.addEventListener("change", forget);
    return () => {
        // The files that there are now: a document that is being read gets more of them.
        const files = [...document.querySelectorAll(".doc-more a[data-kind]")];
        format.replaceChildren(...files.map((file) => new Option(file.textContent, file.dataset.kind)));
        forget();
        if (!dialog.open) dialog.showModal();
    };
}

/* Whether it worked. The field stays selected, for whoever copies by hand. */
async function copy(field) {
    field.focus();
    field.select();
    try {
        await navigator.clipboard.writeText(field.value);
        return true;
    } catch {
        // Without a secure connection there is no clipboard for scripts.
        return document.execCommand("copy");
    }
}
