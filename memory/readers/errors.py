"""Why a file could not be read, as typed errors with a stable code; showing them is not done here.

ImportProblem
├── Known            what lies in a file was imported before
├── ReadError        this file will not become readable by waiting: its reason says what to change
│   └── memory.fetching.FetchError
└── Waiting          nothing is wrong with the file: something outside it is missing (a program, a key)
"""

from collections.abc import Mapping

REASONS: Mapping[str, tuple[str, str]] = {
    # code: (what happened, what to do)
    "known": ("All {files} files in it were here already.", "Nothing is kept twice."),
    "known_file": ("The one file in it was here already.", "Nothing is kept twice."),
    "partly_known": ("{known} of the {files} files in it were here already.", "Nothing is kept twice."),
    "crashed": (
        "The reader stopped unexpectedly ({detail}).",
        "Save the file anew in its program, and retry.",
    ),
    "timeout": (
        "Reading took longer than {seconds} seconds.",
        "Split the file into smaller ones, and import those.",
    ),
    "out_of_memory": ("Reading needs more memory than one file may use.", "Split it into smaller files."),
    "missing": ("The file is no longer there.", "Upload it again."),
    "empty": ("The file is empty.", "Check that the upload finished, and upload it again."),
    "only_empty": (
        "It holds nothing but empty files ({files}).",
        "Check that they were saved and copied whole, and make the archive again.",
    ),
    "no_text": ("No text was found in it.", "Add the text as a file of its own, or a caption file."),
    "too_large": (
        "It is larger than {limit_mb} MB, the limit for this type.",
        "Split it, or leave out what isn't needed.",
    ),
    "too_much_text": ("It holds more than {limit_mb} MB of text.", "Split it into several files."),
    "too_many_pages": ("It has {pages} pages; the limit is {limit}.", "Split it into several files."),
    "too_long": ("It lasts {minutes} minutes; the limit is {limit} minutes.", "Cut it into parts."),
    "too_many_pixels": (
        "The picture is {width} x {height}; the limit is {limit_mp} megapixels.",
        "Save a smaller copy.",
    ),
    "draft": (
        "It says of itself that it is a draft.",
        "Take “draft” out of its first lines once it may be read, and import it again.",
    ),
    "executable": (
        "This is a program, not content.",
        "Only documents, pictures, sound and video are imported.",
    ),
    "unknown_type": (
        "Its type is not recognised.",
        "Save it as text, PDF, DOCX, a picture, a subtitle file, audio or video.",
    ),
    "wrong_type": (
        "Its name ends in {suffix}, but what it holds is text.",
        "Give it the ending .txt if it is what you meant, or upload the right file.",
    ),
    "wrong_type_page": (
        "Its name ends in {suffix}, but what it holds is a web page.",
        "Give it the ending .html if it is what you meant, or upload the right file.",
    ),
    "nothing_said": (
        "It holds no words to learn from.",
        "Only texts with words are learned from; import one that has some.",
    ),
    "unsupported_type": ("{type} files can't be read.", "Save it as {instead}, and import that."),
    "damaged": (
        "The file is damaged or incomplete ({detail}).",
        "Save or download it anew, and upload it again.",
    ),
    "cut_off": (
        "It breaks off in the middle, as an export does that was interrupted.",
        "Export it again, wait until that is finished, and upload the new file.",
    ),
    "not_json": (
        "It should be JSON, but line {line}, character {column}, isn't.",
        "Export it again and leave it unchanged; if it is a text of your own, give it the ending .txt.",
    ),
    "password_protected": ("It is protected by a password.", "Remove the password, and upload it again."),
    "xml_entities": (
        "It declares XML entities, which can be used to attack the reader.",
        "Save it anew in its program; if it came from elsewhere, don't trust it.",
    ),
    "decompression_bomb": (
        "It unpacks to far more than its size allows, as attacks do.",
        "If it is yours, re-save it with less compression, or unpack it and import the files.",
    ),
    "false_size": ("Its stated size is not its real size.", "Make the archive again."),
    "too_many_members": ("It holds more than {limit} files.", "Make several smaller archives."),
    "too_deep": ("It lies too deep: an archive in archives.", "Unpack it, and import its files."),
    "unsafe_path": ("Its path points outside the archive.", "Make the archive again with plain names."),
    "link": ("It is a link to another file.", "Add the file itself."),
    "unsupported_compression": (
        "It is packed by a method that isn't supported.",
        "Pack it again as a plain zip.",
    ),
    "not_public_video": (
        "The export doesn't say that this video is public, so it was left out.",
        "Make it public on YouTube and export anew; or import its file alone if its words may be quoted.",
    ),
    "unknown_video": (
        "No video in the export's list has this name, so whether it is public isn't known.",
        "Import its file alone if its words may be quoted.",
    ),
    "no_video_list": (
        "The list of videos (videos.csv) isn't in this part, so which videos are public isn't known.",
        "Unpack all parts into one folder, and import that; or a file alone if its words may be quoted.",
    ),
    "takeout_part": (
        "It is part of a Google Takeout, and by itself doesn't say what is public.",
        "Add the Takeout's whole folder or its zip. If it is a table of your own, save it as text.",
    ),
    "telegram_part": (
        "It is part of a Telegram export, and without its messages nobody knows whose it is.",
        "Add the export's whole folder or its zip. If it is your own, rename it and its folder.",
    ),
    "not_own_messages": (
        "This is the export of a {type}: other people's messages are never learned from.",
        "Export your channel; or state your own name in the chat, and only your messages are read.",
    ),
    "chat_log": (
        "It is a chat between people: other people's messages are never learned from.",
        "Export a channel instead; or leave only your own words in it, without names and times.",
    ),
    "mail": (
        "It is mail: other people's messages are never learned from.",
        "Copy your own words out of it into a text, and import that.",
    ),
    "author_not_found": (
        "Nobody called {author} wrote in this chat.",
        "State the name exactly as the export shows it.",
    ),
    "no_messages": (
        "The export holds no messages with text.",
        "Export the channel again, with its messages.",
    ),
    "unknown_format": (
        "This JSON file is not an export that is known.",
        "Telegram exports and YouTube Takeout are read; give a text of your own the ending .txt.",
    ),
    "no_sound": ("It has neither subtitles nor sound.", "Import a subtitle file beside it."),
    "transcription_rejected": (
        "The transcription service rejected the sound ({status}: {detail}).",
        "Check the service's model and limits, then retry.",
    ),
    "transcription_unreadable": (
        "The transcription service's answer was not understood.",
        "Check that its address is that of an OpenAI-compatible service, then retry.",
    ),
    "no_transcriber": (
        "It has no subtitles, and no speech recognition is set up.",
        "Set UNDERSTUDY_TRANSCRIPTION_URL (an OpenAI-compatible service) or UNDERSTUDY_WHISPER_MODEL (the "
        "folder of a faster-whisper model), or import its subtitle file.",
    ),
    "whisper_file_missing": (
        "There is no faster-whisper model at {path}: {file} is missing.",
        "Set UNDERSTUDY_WHISPER_MODEL to the folder of a model converted for faster-whisper, with its "
        "model.bin, config.json and tokenizer.json, then retry.",
    ),
    "whisper_model_broken": (
        "The faster-whisper model at {path} can't be used ({detail}).",
        "Fetch or convert the model again, then retry.",
    ),
    "transcriber_unreachable": (
        "The transcription service does not answer ({detail}).",
        "Check UNDERSTUDY_TRANSCRIPTION_URL and that the service runs, then retry.",
    ),
    "transcriber_refused": (
        "The transcription service refused the key ({status}).",
        "Check UNDERSTUDY_TRANSCRIPTION_KEY, then retry.",
    ),
    "no_tesseract": (
        "Text in pictures is read by tesseract, which is not installed.",
        "Install tesseract-ocr and tesseract-ocr-{pack} (understudy doctor shows how), then retry.",
    ),
    "no_tesseract_language": (
        "Tesseract has no data for {langs}.",
        "Install tesseract-ocr-{pack} (understudy doctor shows how), then retry.",
    ),
    "url_invalid": ("This is not a web address.", "Use an address that begins with http:// or https://."),
    "url_credentials": ("The address holds a name or password.", "Use the address without them."),
    "url_port": ("Port {port} is not fetched from.", "Use an address on port 80, 443, 8080 or 8443."),
    "url_private": (
        "{host} is an address inside a private network, which is never fetched.",
        "Use a public address, or upload the file.",
    ),
    "url_unresolved": ("{host} was not found.", "Check the spelling of the address, then retry."),
    "url_unreachable": (
        "{host} could not be reached ({detail}).",
        "Open it in a browser; retry if it works there.",
    ),
    "url_status": ("{host} answered {status}.", "Open it in a browser; it may need a sign-in, or be gone."),
    "url_redirects": ("The address redirects more than {limit} times.", "Use the address it ends at."),
    "url_too_large": ("It is larger than {limit_mb} MB.", "Download it, and upload the part that matters."),
    "url_timeout": ("{host} took longer than {seconds} seconds.", "Retry later, or upload the file."),
    "url_encoding": (
        "{host} sent it packed in a way that wasn't asked for.",
        "Download it, and upload the file.",
    ),
}

# Words that stand for parameters, ours and the libraries' most frequent ones: told in the reader's language
# as well. All else that a library says stays as it is.
WORDS: tuple[str, ...] = (
    "group",
    "personal chat",
    "chat with a bot",
    "chat with yourself",
    "chat",
    "Old Office",
    "HEIC and AVIF",
    "Spreadsheet and slide",
    "EPUB and OpenDocument",
    "Playlist",
    "Other XML",
    "a zip",
    "text",
    "DOCX or PDF",
    "JPEG or PNG",
    "PNG or JPEG",
    "MP3 or MP4",
    "text or HTML",
    "no document in it",
    "no picture in it",
    "no page is legible",
    "not a zip",
    "nested too deeply",
    "again and again",
    "the importer stopped",
    "Stream has ended unexpectedly",
    "EOF marker not found",
    "File is not a zip file",
    "Invalid data found when processing input",
    "All connection attempts failed",
)


class ImportProblem(Exception):
    """Base of all. ``code`` is stable (a message catalogue's key), ``params`` fill its placeholders.

    ``reason`` says what happened and ``advice`` what to do, both in English.
    """

    def __init__(self, code: str, **params: str | int | float) -> None:
        what, todo = REASONS[code]
        self.code = code
        self.params = params
        self.reason = what.format_map(params)
        self.advice = todo.format_map(params)
        super().__init__(f"{self.reason} {self.advice}")


class Known(ImportProblem):
    """What lies in the file was imported before: nothing is wrong, and nothing is new."""


class ReadError(ImportProblem):
    """The file can't be read as it is."""


class Waiting(ImportProblem):
    """The file is fine, and waits for something that the operator has to provide."""
