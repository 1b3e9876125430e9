/* One page image: zoom, pan, turn; what lies on it is drawn around words, never over letters.
 *
 *     const viewer = mountViewer(element, {
 *         imageUrl, label,            // what the image is, for a screen reader
 *         width, height,              // px of the boxes; left out: those of the image itself
 *         words: [{id, box}],         // what can be pointed at; box = [x0, y0, x1, y1]
 *         marks: [{box, kind, id}],   // what is drawn; kind: hit, doubt, dispute, unread, block
 *         preload: [url, ...],        // the neighbours
 *         fit: "width" | "page",
 *         onSelect(word, event), onHover(word | null), onMark(mark), onRegion(box), onReady(size),
 *     });
 *     viewer.show({imageUrl, width, height, words, marks, preload, label})   another page
 *     viewer.setMarks(marks); viewer.setWords(words)
 *     viewer.light(boxes)             the word or block that is meant now; [] for none
 *     viewer.reveal(box, {zoom})      scroll there; with `zoom` enlarge it to be read
 *     viewer.zoom("width" | "page" | factor); viewer.zoomBy(factor)
 *     viewer.turn(); viewer.toggleMarks(); viewer.selectRegion(true); viewer.destroy()
 *
 * The sheet scrolls in its frame, so that wheel, touch, keys and screen readers do what they do
 * everywhere. Words have no elements of their own: a page of 1,500 words costs no more than an empty
 * one. */
import {bindGestures} from "./viewer_gestures.js";
import {keepPlace, smallestAt, spin, turnOf, unspin} from "./viewer_geometry.js";
import {makePageImage, preloadInTurn} from "./viewer_image.js";
import {drawLight, drawMarks, makeOverlay} from "./viewer_marks.js";
import {makeTools} from "./viewer_tools.js";

const LEAST = 0.05;
const MOST = 8;
const STEP = 1.25;
/* px between the sheet and its frame. */
const EDGE = 8;
/* ms without a change of the scale. */
const SETTLE = 140;

export function mountViewer(element, options) {
    return new Viewer(element, options);
}

class Viewer {
    constructor(element, options) {
        this.options = {fit: "width", tools: true, ...options};
        this.mode = this.options.fit;
        this.scale = 1;
        this.rotation = 0;
        this.marksShown = true;
        this.marks = [];
        this.lit = [];
        this.element = element;
        element.classList.add("viewer");
        element.replaceChildren();
        this.frame = make("div", "viewer-frame");
        this.frame.tabIndex = 0;
        this.frame.setAttribute("role", "group");
        this.room = make("div", "viewer-room");
        this.sheet = make("div", "viewer-sheet");
        this.image = makePageImage({
            arrived: () => this.arrived(),
            failed: () => {
                this.settled();
                this.options.onFailure?.();
            },
        });
        this.overlay = makeOverlay();
        this.failure = make("p", "viewer-failure bad");
        this.failure.hidden = true;
        this.sheet.append(this.image.element, this.overlay);
        this.room.append(this.sheet);
        this.frame.append(this.room);
        element.append(this.frame, this.failure);
        if (this.options.tools) {
            this.tools = makeTools(this);
            element.append(this.tools.element);
        }
        this.unbind = bindGestures(this);
        this.observer = new ResizeObserver(() => this.refit());
        this.observer.observe(this.frame);
        this.show(this.options);
    }

    show({imageUrl = "", width = 0, height = 0, words = [], marks = [], preload = [], label = ""}) {
        const other = imageUrl !== this.imageUrl;
        this.imageUrl = imageUrl;
        this.size = {width, height};
        this.words = words;
        this.frame.setAttribute("aria-label", label);
        this.image.element.alt = label;
        this.showFailure("");
        if (other) {
            this.rotation = 0;
            this.element.classList.toggle("loading", Boolean(imageUrl));
            this.image.load(imageUrl);
            this.frame.scrollTop = 0;
        }
        this.sheet.hidden = !imageUrl;
        this.setMarks(marks);
        this.light([]);
        if (width && height) {
            this.fit();
        }
        this.neighbours = preload.filter(Boolean);
        if (!other && this.image.element.complete) {
            this.settled();
        }
    }

    /* The image is here, or will not come: others may be loaded now. */
    settled() {
        this.element.classList.remove("loading");
        preloadInTurn(this.neighbours, () => !this.isLoading);
        this.element.dispatchEvent(new Event("viewer-settled"));
    }

    get isLoading() {
        return this.element.classList.contains("loading");
    }

    arrived() {
        this.settled();
        this.showFailure("");
        if (!this.size.width) {
            const {naturalWidth, naturalHeight} = this.image.element;
            this.size = {width: naturalWidth, height: naturalHeight};
            this.setMarks(this.marks);
            this.fit();
        }
        this.options.onReady?.(this.size);
    }

    showFailure(text) {
        this.failure.textContent = text;
        this.failure.hidden = !text;
    }

    /* --- size ----------------------------------------------------------------------------------- */

    get turned() {
        const {width, height} = this.size;
        return this.rotation % 180 ? {width: height, height: width} : {width, height};
    }

    fit() {
        const {width, height} = this.turned;
        const across = this.frame.clientWidth - 2 * EDGE;
        const down = this.frame.clientHeight - 2 * EDGE;
        if (!width || across <= 0 || down <= 0) {
            return;
        }
        if (this.mode === "width") {
            this.setScale(across / width);
        } else if (this.mode === "page") {
            this.setScale(Math.min(across / width, down / height));
        } else {
            this.setScale(this.scale);
        }
        this.settle();
    }

    refit() {
        if (this.mode === "width" || this.mode === "page") {
            this.fit();
        }
    }

    setScale(scale) {
        this.scale = Math.min(Math.max(scale, LEAST), MOST);
        const {width, height} = this.size;
        const turned = this.turned;
        this.room.style.width = `${turned.width * this.scale}px`;
        this.room.style.height = `${turned.height * this.scale}px`;
        this.sheet.style.width = `${width}px`;
        this.sheet.style.height = `${height}px`;
        this.sheet.style.transform = `${turnOf(this.rotation, width * this.scale, height * this.scale)} scale(${this.scale})`;
        this.tools?.update();
        // Drawn as it is, larger or smaller, until the zooming pauses: then sharp again.
        this.element.classList.add("zooming");
        clearTimeout(this.settling);
        this.settling = setTimeout(() => this.settle(), SETTLE);
    }

    settle() {
        clearTimeout(this.settling);
        this.element.classList.remove("zooming");
        this.redraw();
    }

    /* `at`: the place in the frame (px) that stays where it is; the middle if it is not given. */
    zoom(to, at = null) {
        if (typeof to === "string") {
            this.mode = to;
            this.fit();
            return;
        }
        this.mode = "free";
        keepPlace(this, at, () => this.setScale(to));
    }

    zoomBy(factor, at = null) {
        this.zoom(this.scale * factor, at);
    }

    zoomIn() {
        this.zoomBy(STEP);
    }

    zoomOut() {
        this.zoomBy(1 / STEP);
    }

    turn() {
        this.rotation = (this.rotation + 90) % 360;
        this.fit();
    }

    reveal(box, {zoom = 0} = {}) {
        if (zoom && this.scale < zoom) {
            this.zoom(zoom);
        }
        const [x0, y0, x1, y1] = this.toFrame(box);
        const {clientWidth, clientHeight} = this.frame;
        const margin = 48;
        if (x0 < margin || x1 > clientWidth - margin) {
            this.frame.scrollLeft += (x0 + x1) / 2 - clientWidth / 2;
        }
        if (y0 < margin || y1 > clientHeight - margin) {
            this.frame.scrollTop += (y0 + y1) / 2 - clientHeight / 2;
        }
    }

    /* --- places --------------------------------------------------------------------------------- */

    /* Where a box is in the frame now, px from its top left corner. */
    toFrame(box) {
        const frame = this.frame.getBoundingClientRect();
        const place = this.room.getBoundingClientRect();
        const [a, b] = [spin(box[0], box[1], this), spin(box[2], box[3], this)];
        const left = place.left - frame.left;
        const top = place.top - frame.top;
        return [
            Math.min(a.x, b.x) * this.scale + left, Math.min(a.y, b.y) * this.scale + top,
            Math.max(a.x, b.x) * this.scale + left, Math.max(a.y, b.y) * this.scale + top,
        ];
    }

    /* The point of the page (px of the boxes) below a pointer. */
    toPage({clientX, clientY}) {
        const place = this.room.getBoundingClientRect();
        return unspin((clientX - place.left) / this.scale, (clientY - place.top) / this.scale, this);
    }

    wordAt(event) {
        return smallestAt(this.words, this.toPage(event), 2 / this.scale);
    }

    markAt(event) {
        return smallestAt(this.marks, this.toPage(event), 4 / this.scale);
    }

    wordsIn([x0, y0, x1, y1]) {
        return this.words.filter(({box: [a, b, c, d]}) => a + c >= 2 * x0 && a + c <= 2 * x1 && b + d >= 2 * y0 && b + d <= 2 * y1);
    }

    /* --- marks ---------------------------------------------------------------------------------- */

    setWords(words) {
        this.words = words;
    }

    setMarks(marks) {
        this.marks = marks;
        drawMarks(this.overlay, marks, this.size, this.scale);
    }

    light(boxes) {
        this.lit = boxes;
        drawLight(this.overlay, boxes, this.scale);
    }

    /* The lines keep their width and their distance from the letters at every scale. */
    redraw() {
        drawMarks(this.overlay, this.marks, this.size, this.scale);
        drawLight(this.overlay, this.lit, this.scale);
    }

    toggleMarks(shown = !this.marksShown) {
        this.marksShown = shown;
        this.overlay.classList.toggle("without-marks", !shown);
        this.tools?.update();
    }

    selectRegion(on) {
        this.selecting = on;
        this.element.classList.toggle("selecting", on);
        this.tools?.update();
    }

    destroy() {
        clearTimeout(this.settling);
        this.observer.disconnect();
        this.unbind();
        this.element.replaceChildren();
    }
}

export function make(name, className = "") {
    const element = document.createElement(name);
    element.className = className;
    return element;
}
