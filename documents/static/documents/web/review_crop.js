/* A line cut from the page image, enlarged, with what stands above and below; the words in doubt have
 * a frame around them. Its size on the screen never changes, so that nothing jumps. */

/* Height of a line on the screen, px; the most that the image is enlarged. */
const LINE = 44;
const MOST = 4;
/* px between words and their frame. */
const GAP = 5;

/* A place of a grid that is chosen or left out: its button, and in that the cut of the page, for `Crop`. */
export function buildPlace() {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "place";
    button.setAttribute("aria-pressed", "true");
    const crop = document.createElement("span");
    crop.className = "crop";
    const image = document.createElement("img");
    image.alt = "";
    const mark = document.createElement("span");
    mark.className = "crop-mark";
    mark.dataset.mark = "";
    crop.append(image, mark);
    button.append(crop);
    item.append(button);
    return {item, button, crop};
}

export class Crop {
    constructor(element) {
        this.element = element;
        this.image = element.querySelector("img");
        this.mark = element.querySelector("[data-mark]");
        this.whole = false;
        new ResizeObserver(() => this.place()).observe(element);
    }

    /* `page`: {image, width, height}; `doubt`: {box, line, context, kind}, null for the page alone. */
    show(page, doubt) {
        this.page = page;
        this.doubt = doubt;
        this.element.classList.toggle("failed", false);
        if (this.image.getAttribute("src") !== page.image) {
            this.image.setAttribute("src", page.image);
        }
        this.place();
    }

    toggle() {
        this.whole = !this.whole;
        this.element.classList.toggle("whole", this.whole);
        this.place();
    }

    place() {
        const {page, doubt} = this;
        if (!page) {
            return;
        }
        const size = {width: page.width || this.image.naturalWidth, height: page.height || this.image.naturalHeight};
        const view = {width: this.element.clientWidth, height: this.element.clientHeight};
        if (!size.width || !view.width) {
            return;
        }
        const box = doubt ? doubt.box : [0, 0, size.width, size.height];
        const all = !doubt || doubt.kind === "page" || box[2] - box[0] >= size.width;
        const scale = this.whole || all
            ? Math.min(view.width / size.width, this.whole ? view.height / size.height : MOST)
            : scaleFor(doubt, view);
        const x = offset(view.width, size.width * scale, middle(box[0], box[2]) * scale);
        const y = offset(view.height, size.height * scale, (all && !this.whole ? 0 : middle(...rows(doubt, box))) * scale);
        Object.assign(this.image.style, {
            width: `${size.width}px`, height: `${size.height}px`, transform: `translate(${x}px, ${y}px) scale(${scale})`,
        });
        this.mark.hidden = all;
        Object.assign(this.mark.style, {
            left: `${x + box[0] * scale - GAP}px`,
            top: `${y + box[1] * scale - GAP}px`,
            width: `${Math.max(box[2] - box[0], 2) * scale + 2 * GAP}px`,
            height: `${(box[3] - box[1]) * scale + 2 * GAP}px`,
        });
    }
}

/* The line at a comfortable height, but all of the words in doubt on the screen, and no less of what
 * is around them than one line each way. */
function scaleFor(doubt, view) {
    const [x0, y0, x1, y1] = doubt.box;
    const line = Math.max(doubt.line[3] - doubt.line[1], 8);
    const wide = (view.width - 8 * GAP) / Math.max(x1 - x0, 1);
    const high = (view.height - 4 * GAP) / Math.max(y1 - y0, 1);
    if (doubt.kind === "unread") {
        const [left, top, right, bottom] = doubt.context;
        return Math.min(view.width / (right - left), view.height / (bottom - top), MOST / 2);
    }
    return Math.min(LINE / line, wide, high, MOST);
}

function rows(doubt, box) {
    return doubt ? [doubt.line[1], doubt.line[3]] : [box[1], box[3]];
}

const middle = (from, to) => (from + to) / 2;

/* Where the image begins so that `center` is in the middle, and no edge is empty that need not be. */
function offset(view, image, center) {
    if (image <= view) {
        return (view - image) / 2;
    }
    return Math.min(0, Math.max(view - image, view / 2 - center));
}

/* Loads an image before it is shown; never fails. */
export async function preload(source) {
    const image = new Image();
    image.src = source;
    try {
        await image.decode();
    } catch {
        /* It is asked for again when it is shown, and the failure is seen there. */
    }
    return image;
}
