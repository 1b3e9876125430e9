/* A phone's camera: several shots become the pages of one PDF, which is built here. */
import {text} from "./texts.js";

/* It comes with the first shot: no page needs it before. */
const pdfOfImages = () => import("./pdf_of_images.js");

export function startCamera(upload) {
    const dialog = document.getElementById("shots-dialog");
    const input = document.getElementById("upload-shot");
    const list = dialog.querySelector("[data-shots]");
    const error = dialog.querySelector("[data-error]");
    const name = dialog.querySelector("#shots-name");
    let shots = [];

    function draw() {
        list.replaceChildren(...shots.map((shot, index) => {
            const item = document.createElement("li");
            const remove = document.createElement("button");
            remove.type = "button";
            remove.className = "button small icon-only";
            remove.textContent = "×";
            remove.setAttribute("aria-label", text("shots-remove", {page: index + 1}));
            remove.addEventListener("click", () => {
                shots.splice(index, 1);
                draw();
            });
            const label = document.createElement("span");
            label.className = "small muted";
            label.textContent = text("shots-page", {page: index + 1});
            item.append(shot.preview, remove, label);
            return item;
        }));
        dialog.querySelector("[data-send]").disabled = !shots.length;
    }

    function end() {
        shots = [];
        draw();
        dialog.close();
    }

    document.addEventListener("click", ({target}) => {
        if (target.closest("[data-camera]")) {
            input.click();
        }
    });
    input.addEventListener("change", async () => {
        const files = [...input.files];
        input.value = "";
        if (!files.length) {
            return;
        }
        error.textContent = "";
        if (!dialog.open) {
            name.value = text("shots-name");
            dialog.showModal();
        }
        for (const file of files) {
            try {
                shots.push(await (await pdfOfImages()).toJpeg(file));
            } catch {
                error.textContent = text("shots-unreadable");
            }
        }
        draw();
    });
    dialog.querySelector("[data-shoot]").addEventListener("click", () => input.click());
    dialog.querySelector("[data-discard]").addEventListener("click", end);
    dialog.addEventListener("cancel", (event) => {
        if (shots.length) {
            event.preventDefault(); // Esc must not lose pages
        }
    });
    dialog.querySelector("[data-send]").addEventListener("click", async () => {
        const {buildPdf} = await pdfOfImages();
        const title = name.value.trim() || text("shots-name");
        const file = new File([buildPdf(shots)], `${title}.pdf`, {type: "application/pdf"});
        end();
        upload([file]);
    });
    window.addEventListener("beforeunload", (event) => {
        if (shots.length) {
            event.preventDefault();
        }
    });
}
