"""What can go wrong when the law is looked up, as one tree of exceptions with messages in both languages."""

from collections.abc import Iterable

from .schema import hint


class PolicyError(Exception):
    """Base: `en` and `zh` say what is wrong."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh

    def __str__(self) -> str:
        return self.en


class UnknownParameter(PolicyError, KeyError):
    """No parameter of that path."""

    def __init__(self, path: str, known: Iterable[str]) -> None:
        more_en, more_zh = hint(path, known)
        super().__init__(f"unknown parameter {path!r}{more_en}", f"未知的参数 {path!r}{more_zh}")


class NotInForce(PolicyError, LookupError):
    """The parameter is repealed, or not yet valid, on the date asked for."""

    def __init__(self, path: str, date: str, repealed: str | None, first: str) -> None:
        if repealed:
            en, zh = f"{path} was repealed from {repealed}", f"{path} 已自 {repealed} 起废止"
        else:
            en, zh = f"{path} is in force only from {first}", f"{path} 自 {first} 起才生效"
        super().__init__(f"{en}; asked for {date}", f"{zh}；查询日期为 {date}")


class WrongUnit(PolicyError, ValueError):
    """The parameter is not what the caller takes it for."""

    def __init__(self, path: str, unit: str, wanted_en: str, wanted_zh: str) -> None:
        super().__init__(f"{path} is in {unit}, not {wanted_en}", f"{path} 的单位是 {unit}，不是{wanted_zh}")
