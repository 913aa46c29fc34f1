"""The language of the window: Qt's translation files in resources/translations."""

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from mmdesk import resources

LANGUAGES = ("en", "zh_CN")


def chosen(setting: str) -> str:
    """ "system", "en" or "zh_CN" → one of LANGUAGES."""
    if setting in LANGUAGES:
        return setting
    return "zh_CN" if QLocale.system().language() == QLocale.Language.Chinese else "en"


def _locale(language: str) -> QLocale:
    system, own = QLocale.system(), QLocale(language)
    return system if system.language() == own.language() else own


class Speaker:
    """Installs the translators of one language and takes those of the last one out again. Dates and
    figures follow, in the system's own way where that is of the same language."""

    def __init__(self, app: QCoreApplication) -> None:
        self._app = app
        self._installed: list[QTranslator] = []
        self.language = "en"

    def speak(self, language: str) -> None:
        for translator in self._installed:
            self._app.removeTranslator(translator)
        self._installed = []
        self.language = language
        QLocale.setDefault(_locale(language))
        if language == "en":
            return
        qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        own = str(resources.folder() / "translations")
        for file, folder in ((f"qtbase_{language}", qt), (f"mmdesk_{language}", own)):
            translator = QTranslator(self._app)
            if translator.load(file, folder):
                self._app.installTranslator(translator)
                self._installed.append(translator)
