"""A small app on the web room alone: every kind of answer a page can give."""

from datetime import date, datetime

from flask import Flask, abort, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length

from intranet.config import PROJECT_FOLDER
from intranet.errors import FieldProblem
from intranet.web import init_app, kit

SCRIPT = "<script>alert(1)</script>"
MOMENT = datetime(2025, 10, 14, 9, 31)


class ClosureForm(kit.WriteForm):
    open_prefixes = ("mark-",)
    name = StringField(
        "Reason", description="Parents see this.", validators=[kit.required("Enter the reason."), Length(max=9)]
    )
    first = DateField("First day", validators=[InputRequired()])
    at = TimeField("From")
    minutes = IntegerField("Minutes")
    kind = SelectField(
        "Kind", choices=kit.choices([("snow", "Snow day"), ("inset", "INSET day")], blank="Choose a kind")
    )
    who = RadioField("For whom", choices=kit.choices([("all", "Everybody"), ("some", "Some classes")]))
    classes = SelectMultipleField("Classes", choices=kit.choices([("1", "Ash"), ("2", "Elm")]))
    note = TextAreaField("Note")
    told = BooleanField("Parents have been told")


def authorise(permission, view_args):
    """The people room's part: here the query string says who is asking."""
    if request.args.get("as") != "head":
        raise kit.NotAllowed("head", "the office")


def shell():
    nav = tuple(
        kit.NavLink(label, f"/{label.lower()}/", label == "Registers")
        for label in ("Today", "Registers", "Pupils", "Follow-up", "Requests", "Reports", "Settings")
    )
    settings = (kit.ShellSetting(1, "Fernhollow Primary", "/settings/1/"), kit.ShellSetting(2, "Millrace Centre"))
    return {
        "shell": kit.Shell(
            settings[0],
            settings,
            kit.ShellActor("T. Amberley", "Class teacher"),
            nav,
            context_line="Tue 14 Oct 2025 · week 7 · INSET day tomorrow",
            clock_line="AM closes 09:20",
            notice=kit.Notice("Three registers were not taken this morning.", "overdue", "/registers/", "Show them"),
            demo=True,
            jump_url="/jump/",
            sign_out_url="/sign-out/",
            account_url="/account/",
        )
    }


def build(*, dressed=False):
    app = Flask("intranet", template_folder=None, static_folder=None)
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(PROJECT_FOLDER / "templates"), FileSystemLoader(PROJECT_FOLDER / "tests/web/templates")]
    )
    app.secret_key = "only for this test"
    init_app(app)
    app.extensions["daymark.authorise"] = authorise
    app.extensions["daymark.clock"].set(MOMENT)
    if dressed:
        app.context_processor(shell)
    routes(app)
    return app


def page_values(form):
    class Event:
        at, title, who, text = MOMENT, "Call recorded", "Office", "No answer."

    return {
        "form": form,
        "said": SCRIPT,
        "day": date(2025, 10, 22),
        "events": [Event, Event],
        "rows": [("Ash", "30 of 30", "Saved"), ("Elm", "12 of 28", "Part-marked"), ("Oak", "0 of 29", "Not taken")],
        "pupils": [
            ("Pupil One", "/", "present", "Present"),
            ("Pupil Two", "N", "unknown", "No reason yet"),
            ("Pupil Three", "L", "late", "Late, 8 min"),
            ("Pupil Four", "I", "authorised", "Ill"),
        ],
    }


def routes(app):
    @app.route("/form/", methods=["GET", "POST"])
    @kit.public("a test page")
    def form_page():
        form = ClosureForm()
        status = 422 if request.method == "POST" and not form.validate() else 200
        return kit.respond("sample/page.html", "sample/_part.html", status, **page_values(form))

    @app.post("/save/")
    @kit.public("a test page")
    def save():
        ClosureForm()
        kit.say_next("Saved.")
        return kit.see_other("form_page")

    @app.get("/guarded/")
    @kit.allow("setting:home")
    def guarded():
        return "for the head"

    @app.route("/fails/<kind>/", methods=["GET", "POST"])
    @kit.public("a test page")
    def fails(kind):
        if kind == "surprise":
            raise RuntimeError("Pupil One's address")
        if kind == "teapot":
            abort(418)
        raise {
            "refused": kit.Refused(
                "Date of birth",
                "2031-01-01",
                "a pupil is born before today",
                "Enter the date on the birth certificate",
                clauses=["ATT-001"],
                fields=["born"],
            ),
            "conflict": kit.Conflict(["Pupil One: yours N, theirs L, by the office at 09:02"]),
            "gone": kit.NotFound(),
            "unsaved": kit.NotSaved("The disk is full"),
        }[kind]

    @app.get("/live/")
    @kit.public("a test page")
    def live():
        return kit.respond("sample/live.html")

    @app.get("/sheet/")
    @kit.public("a test page")
    def sheet():
        return kit.respond("sample/sheet.html")

    @app.get("/slots/<name>/")
    @kit.public("a test page")
    def slots(name):
        return str(kit.render_slot(name, pupil=SCRIPT))

    @app.get("/plain/")
    @kit.public("a test page")
    def plain():
        return render_template("sample/plain.txt", said=SCRIPT)


__all__ = ["SCRIPT", "ClosureForm", "FieldProblem", "build"]
