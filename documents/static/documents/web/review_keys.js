/* The keys of the desk, by their place on the keyboard. Those that act in the field, too, leave every
 * other field of the page alone. */
import {isTyping} from "./keys.js";
import {text} from "./texts.js";

export function deskKeys(desk) {
    const {card} = desk;
    /* Whether the key is not meant for another field, a button or a link. */
    const isOurs = ({target}) => target === card.field || !(isTyping(target) || target.closest("button, a[href], summary"));
    const inField = (event) => event.target === card.field;

    function enter(event) {
        const lines = inField(event) && card.usesArea && !event.ctrlKey && !event.metaKey;
        if (!isOurs(event) || (lines && card.edited && card.typed.trim())) {
            return false; // in a text of several lines it begins a new one
        }
        return desk.answer("enter");
    }

    function take(which) {
        return (event) => {
            const edits = inField(event) && card.edited;
            if (!isOurs(event) || edits || desk.doubt?.other == null || (which === "second" && !desk.doubt.placed)) {
                return false;
            }
            return desk.answer(which);
        };
    }

    function back(event) {
        if (!isOurs(event) || (inField(event) && card.edited)) {
            return false;
        }
        return desk.back();
    }

    function leave(event) {
        if (!inField(event)) {
            return false;
        }
        return card.field.blur();
    }

    /* Of a text of several lines Ctrl + Enter is the Enter. */
    function finish(event) {
        return inField(event) && card.usesArea ? desk.answer("enter") : desk.approve();
    }

    function into() {
        card.field.focus();
        card.field.setSelectionRange(card.typed.length, card.typed.length);
        card.placed = true;
    }

    /* Selects the next word of the field, so that typing replaces it alone; past the last one, Tab is Tab. */
    function word(step) {
        return (event) => {
            if (!inField(event) || card.usesArea) {
                return false;
            }
            return card.selectWord(step);
        };
    }

    return [
        {code: "Enter", label: text("k-right"), whenTyping: true, run: enter},
        {code: "NumpadEnter", whenTyping: true, run: enter},
        {code: "Digit1", label: text("k-first"), whenTyping: true, run: take("first")},
        {code: "Numpad1", whenTyping: true, run: take("first")},
        {code: "Digit2", label: text("k-second"), whenTyping: true, run: take("second")},
        {code: "Numpad2", whenTyping: true, run: take("second")},
        {code: "Tab", label: text("k-word"), whenTyping: true, run: word(1)},
        {code: "Tab", shift: true, whenTyping: true, run: word(-1)},
        {code: "F4", label: text("k-together"), whenTyping: true, run: () => desk.together()},
        {code: "Backspace", label: text("k-back"), whenTyping: true, run: back},
        {code: "Escape", label: text("k-leave"), whenTyping: true, run: leave},
        {code: "KeyE", label: text("k-field"), run: into},
        {code: "F2", label: text("k-field"), whenTyping: true, run: into},
        {code: "KeyN", label: text("k-next-page"), run: () => desk.turn(1)},
        {code: "KeyP", label: text("k-previous-page"), run: () => desk.turn(-1)},
        {code: "KeyC", label: text("k-checked"), run: () => desk.checkPage()},
        {code: "KeyA", label: text("k-approve"), run: () => desk.approve()},
        {code: "Enter", ctrl: true, label: text("k-approve"), whenTyping: true, run: finish},
        {code: "KeyR", label: text("k-reject"), run: () => desk.reject()},
        {code: "KeyU", label: text("k-undo"), run: () => desk.undo()},
        {code: "KeyZ", label: text("k-zoom"), run: () => card.crop.toggle()},
        {code: "KeyW", label: text("k-postpone"), run: () => desk.postpone()},
        {code: "KeyS", label: text("k-skip"), run: () => desk.skip()},
        {code: "KeyO", label: text("k-open"), run: () => desk.openPage()},
    ];
}
