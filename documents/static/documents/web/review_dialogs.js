/* Rejecting with a reason, postponing with a note. */

export function bindDialogs(desk) {
    const reject = document.getElementById("reject-dialog");
    const postpone = document.getElementById("postpone-dialog");

    reject.addEventListener("close", () => {
        if (reject.returnValue === "reject") {
            desk.keepTyped();
            desk.decide("reject", reject.querySelector("[name=reason]").value);
        }
    });
    postpone.addEventListener("close", () => {
        if (postpone.returnValue === "postpone") {
            desk.keepTyped();
            desk.putOff(postpone.querySelector("[name=until]").value, postpone.querySelector("[name=note]").value);
        }
    });
    for (const dialog of [reject, postpone]) {
        dialog.querySelector("form").addEventListener("keydown", (event) => {
            // Enter in a note is not a new line: the reason is one.
            if (event.key === "Enter" && !event.isComposing && event.target.matches("input, textarea")) {
                event.preventDefault();
                dialog.querySelector("button[value]").click();
            }
        });
    }

    return {
        reject: () => show(reject),
        postpone() {
            postpone.querySelector("[name=until]").value = tomorrow();
            show(postpone);
        },
    };
}

function show(dialog) {
    dialog.returnValue = "";
    for (const field of dialog.querySelectorAll("[data-empty]")) {
        field.value = "";
    }
    dialog.showModal();
}

/* Nine o'clock, as a field of the type datetime-local has it. */
function tomorrow() {
    const day = new Date();
    day.setDate(day.getDate() + 1);
    const two = (number) => String(number).padStart(2, "0");
    return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}T09:00`;
}
