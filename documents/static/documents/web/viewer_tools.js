/* The small bar of a viewer, and its keys. */
import {bindKeys} from "./keys.js";
import {text} from "./texts.js";

export function makeTools(viewer) {
    const element = document.createElement("div");
    element.className = "viewer-tools";
    element.setAttribute("role", "toolbar");
    element.setAttribute("aria-label", text("viewer-tools"));
    const level = document.createElement("output");
    level.className = "viewer-level numeric";
    const buttons = {
        out: button("minus", text("viewer-zoom-out"), () => viewer.zoomOut()),
        in: button("plus", text("viewer-zoom-in"), () => viewer.zoomIn()),
        width: button("fit-width", text("viewer-fit-width"), () => viewer.zoom("width")),
        page: button("fit-page", text("viewer-fit-page"), () => viewer.zoom("page")),
        turn: button("rotate", text("viewer-turn"), () => viewer.turn()),
        marks: button("eye", text("viewer-marks"), () => viewer.toggleMarks()),
    };
    element.append(buttons.out, level, buttons.in, buttons.width, buttons.page, buttons.turn, buttons.marks);
    if (viewer.options.onRegion) {
        buttons.region = button("crop", text("viewer-region"), () => viewer.selectRegion(!viewer.selecting));
        element.append(buttons.region);
    }

    const press = (name, on) => buttons[name]?.setAttribute("aria-pressed", String(Boolean(on)));

    return {
        element,
        update() {
            level.textContent = `${Math.round(viewer.scale * 100)} %`;
            press("width", viewer.mode === "width");
            press("page", viewer.mode === "page");
            press("marks", viewer.marksShown);
            press("region", viewer.selecting);
        },
    };
}

/* `keys` of a page that has a viewer: bindKeys(viewerKeys(viewer), ...). */
export function viewerKeys(viewer) {
    const keys = [
        {code: "Equal", label: text("viewer-zoom-in"), run: () => viewer.zoomIn()},
        {code: "Equal", shift: true, run: () => viewer.zoomIn()},
        {code: "NumpadAdd", run: () => viewer.zoomIn()},
        {code: "Minus", label: text("viewer-zoom-out"), run: () => viewer.zoomOut()},
        {code: "NumpadSubtract", run: () => viewer.zoomOut()},
        {code: "Digit0", label: text("viewer-fit-width"), run: () => viewer.zoom("width")},
        {code: "Digit0", shift: true, label: text("viewer-fit-page"), run: () => viewer.zoom("page")},
        {code: "Digit9", label: text("viewer-real-size"), run: () => viewer.zoom(1)},
        {code: "KeyV", label: text("viewer-turn"), run: () => viewer.turn()},
        {code: "KeyM", label: text("viewer-marks"), run: () => viewer.toggleMarks()},
    ];
    if (viewer.options.onRegion) {
        keys.push({
            code: "KeyB", label: text("viewer-region"), run: () => viewer.selectRegion(!viewer.selecting),
        });
    }
    return keys;
}

export function bindViewerKeys(viewer, options) {
    return bindKeys(viewerKeys(viewer), options);
}

function button(icon, label, run) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "button quiet small icon-only";
    element.title = label;
    element.setAttribute("aria-label", label);
    element.append(iconOf(icon));
    element.addEventListener("click", run);
    return element;
}

/* The sprite's address is that of any icon on the page. */
export function iconOf(name) {
    const shown = document.querySelector("svg.icon use")?.getAttribute("href") ?? "";
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.classList.add("icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${shown.split("#")[0]}#${name}`);
    svg.append(use);
    return svg;
}
