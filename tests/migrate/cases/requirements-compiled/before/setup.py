from setuptools import setup

setup(
    name="Wire",
    version="1.4",
    python_requires=">=3.10",
    install_requires=["flask"],
    extras_require={"fast": ["orjson"]},
    author="Ada",
)
