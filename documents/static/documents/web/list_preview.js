/* The document beside the list: one page at a time, its neighbours loaded ahead. */
import {text} from "./texts.js";

/* Milliseconds before the document of a row is loaded: who runs through the list loads none. */
const PAUSE = 120;

export function startPreview(element) {
    if (!element || getComputedStyle(element).display === "none") {
        return null;
    }
    const title = element.querySelector("[data-open]");
    const place = element.querySelector("[data-place]");
    const sheet = element.querySelector("[data-sheet]");
    const none = element.querySelector("[data-none]");
    let row = null;
    let page = 1;
    let timer = 0;

    function address(number) {
        return row.dataset.image.replace(/\/1\/image\/$/, `/${number}/image/`);
    }

    function load() {
        const count = Number(row.dataset.pages);
        place.textContent = count ? `${page} / ${count}` : "";
        for (const button of element.querySelectorAll("[data-page]")) {
            const to = page + Number(button.dataset.page);
            button.disabled = to < 1 || to > count;
        }
        none.textContent = text("no-image");
        none.hidden = Boolean(row.dataset.image);
        sheet.hidden = !row.dataset.image;
        if (row.dataset.image) {
            sheet.src = address(page);
            sheet.alt = `${row.dataset.title}, ${place.textContent}`;
            if (page < count) {
                new Image().src = address(page + 1);
            }
        }
    }

    sheet.addEventListener("error", () => {
        sheet.hidden = true;
        none.hidden = false;
    });
    element.addEventListener("click", ({target}) => {
        const button = target.closest("[data-page]");
        if (button && row) {
            page += Number(button.dataset.page);
            load();
        }
    });
    return {
        show(next) {
            if (row && row.dataset.id === next.dataset.id && row.dataset.image === next.dataset.image) {
                row = next;
                return;
            }
            row = next;
            page = 1;
            title.textContent = row.dataset.title;
            title.href = row.dataset.url;
            clearTimeout(timer);
            timer = setTimeout(load, PAUSE);
        },
    };
}
