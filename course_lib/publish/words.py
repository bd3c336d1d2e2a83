"""What the site itself says: its own words, and those of the theme that nobody translated."""

from course_lib.i18n import N_, translator

TITLE = N_("From Convolution to ConvLSTM, from scratch")
NOBODY = N_("The authors of this course")  # what _config.yml says until somebody puts a name there

# The words of our templates, directives and scripts, by the name they are called there.
WORDS = {
    "language": N_("Language"),
    "page_language": N_("Language of this page"),
    "second_language": N_("Read a second language beneath each paragraph"),
    "none": N_("None"),
    "not_paired": N_(
        "This page differs between the two languages, so they cannot be shown together."
    ),
    "not_found": N_("This page does not exist in that language."),
    "navigation": N_("Show or hide the table of contents"),
    "on_page": N_("Show or hide the contents of this page"),
    "contents": N_("Contents"),
    "search": N_("Search this book"),
    "quiz": N_("Quiz"),
    "right": N_("Right."),
    "wrong": N_("Not this one."),
    "exercise": N_("Exercise"),
    "download_exercise": N_("Download the notebook"),
    "run_lab": N_("Or work in JupyterLab: run"),
    "open_lab": N_("open it there"),
    "copy": N_("Copy"),
    "copied": N_("Copied"),
    "copy_failed": N_("It could not be copied."),
    "chapters": N_("Chapters"),
    "home": N_("Home page"),
    "click_show": N_("Click to show"),
    "click_hide": N_("Click to hide"),
    "open_page": N_("Open this page as a notebook"),
    "open_in": N_("Open in {place}"),
    "figure": N_("Fig. %s"),
    "way": N_("The way through the course"),
    "soon": N_("on its way"),
    "and_so_on": N_(", "),
    "needs": N_("You need:"),
    "needs_nothing": N_("no other chapter."),
    "what_next": N_("What comes next"),
    "then": N_("Next:"),
    "then_needs": N_("For it you also need:"),
    "opens": N_("This chapter also leads to:"),
    "translated_from": N_(
        "Translated from the version of {date}. What has changed or come since then ({count}) "
        "stands in English, with a mark beside it."
    ),
    "untranslated": N_(
        "What is not translated yet on this page ({count}) stands in English, "
        "with a mark beside it."
    ),
    "read_english": N_("Read the whole page in English"),
    "the_end": N_("You have come to the end of the course."),
}

# What a folded code cell says; MyST-NB knows these in English only.
FOLDED = [
    N_("Show code cell source"),
    N_("Hide code cell source"),
    N_("Show code cell output"),
    N_("Hide code cell output"),
    N_("Show code cell outputs"),
    N_("Hide code cell outputs"),
    N_("Show code cell content"),
    N_("Hide code cell content"),
]

# What the theme and Sphinx say, where their own catalogs have a gap in one of our languages.
THEME = [
    N_("Skip to main content"),
    N_("Back to top"),
    N_("Search"),
    N_("Color mode"),
    N_("Light"),
    N_("Dark"),
    N_("System Settings"),
    N_("previous"),
    N_("next"),
    N_("previous page"),
    N_("next page"),
    N_("Site navigation"),
    N_("Version warning"),
    N_("On this page"),
    N_("Contents"),
    N_("Link to this heading"),
    N_("Link to this equation"),
    N_("Link to this term"),
    N_("Link to this image"),
    N_("Link to this code"),
    N_("Link to this table"),
    N_("Index"),
    N_("Searching"),
    N_("Preparing search..."),
    N_("Search Results"),
    N_("Search finished, found ${resultCount} page(s) matching the search query."),
    N_("Search finished, found one page matching the search query."),
    N_("Search finished, found ${resultCount} pages matching the search query."),
    N_(
        "Your search did not match any documents. Please make sure that all words are spelled "
        "correctly and that you've selected enough categories."
    ),
    N_("Hide Search Matches"),
    N_("Error"),
    N_("Please activate JavaScript to enable the search functionality."),
    N_("Download this page"),
    N_("Download notebook file"),
    N_("Download source file"),
    N_("Print to PDF"),
]


def words(language: str) -> dict[str, str]:
    """The site's words in ``language``, by name."""
    say = translator(language)
    return {name: say(text) for name, text in WORDS.items()}


def title(language: str) -> str:
    """The title of the book in ``language``."""
    return translator(language)(TITLE)


def author(name: str, language: str) -> str:
    """Who wrote the book, as ``_config.yml`` names them: a person's name is no word."""
    return translator(language)(name) if name == NOBODY else name


def theme_words(language: str) -> dict[str, str]:
    """English -> ``language`` for the words of the theme, without those nobody translated."""
    say = translator(language)
    return {text: say(text) for text in THEME if say(text) != text}
