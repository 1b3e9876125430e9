/* One key opens the document's own page, another the review desk: by its place on the keyboard. */

document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) {
        return;
    }
    document.querySelector(`[data-key="${CSS.escape(event.code)}"]`)?.click();
});
