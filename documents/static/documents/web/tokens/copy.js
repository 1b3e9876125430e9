// Copies a new token. Where the browser allows no copying (plain http), the text is selected instead.

for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    button.addEventListener("click", async () => {
        field.select();
        try {
            await navigator.clipboard.writeText(field.value);
        } catch {
            if (!document.execCommand("copy")) return;
        }
        button.querySelector("span").textContent = button.dataset.done;
    });
}
