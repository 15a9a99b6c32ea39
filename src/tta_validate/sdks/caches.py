"""Libraries that cache what a function returns: cachetools, diskcache, joblib, aiocache and their kin."""

from tta_validate.sdk import Call, Giver, Sdk

_COMPLETION = ("max_tokens",)

SDK = Sdk(
    name="caches",
    title="Cache libraries",
    url="https://cachetools.readthedocs.io/",
    givers=(
        Giver(("cachetools.{cached,cachedmethod}",), "cache", "decorator"),
        Giver(("cachetools.func.{lru_cache,ttl_cache,lfu_cache,fifo_cache,mru_cache,rr_cache}",), "cache", "decorator"),
        Giver(("cachetools_async.{cached,cachedmethod}", "asyncache.{cached,cachedmethod}"), "cache", "decorator"),
        Giver(
            ("diskcache.{Cache,FanoutCache,DjangoCache,Index}.memoize", "diskcache.memoize_stampede"),
            "cache",
            "decorator",
        ),
        Giver(("joblib.{Memory,memory.Memory}.cache",), "cache", "decorator"),
        Giver(("aiocache.{cached,cached_stampede,multi_cached}",), "cache", "decorator"),
        Giver(("aiocache.decorators.{cached,cached_stampede,multi_cached}",), "cache", "decorator"),
        Giver(("async_lru.alru_cache", "asyncstdlib.{lru_cache,cache,functools.lru_cache}"), "cache", "decorator"),
        Giver(("cachier.{cachier,core.cachier}", "memoization.cached", "percache.Cache"), "cache", "decorator"),
        Giver(("methodtools.lru_cache", "{toolz,cytoolz}.memoize", "ring.{lru,dict,disk,redis}"), "cache", "decorator"),
        Giver(("cashews.cache", "cashews.cache.{cache,early,soft,hit}"), "cache", "decorator"),
        Giver(("dogpile.cache.make_region.cache_on_arguments",), "cache", "decorator"),
        Giver(("flask_caching.Cache.{memoize,cached}",), "cache", "decorator"),
        Giver(("fastapi_cache.decorator.cache",), "cache", "decorator"),
        Giver(
            ("streamlit.{cache_data,cache,experimental_memo}", "streamlit.runtime.caching.cache_data"),
            "cache",
            "decorator",
        ),
        Giver(("gptcache.{cache,Cache}.init", "gptcache.adapter.api.init_similar_cache"), "cache", "global"),
    ),
    functions=(
        Call(
            ("gptcache.adapter.openai.{ChatCompletion,Completion}.{create,acreate}",),
            provider="openai",
            kind="sdk",
            guards={"timeout": ("request_timeout", "timeout")},
            limit=_COMPLETION,
            gives=("cache",),
        ),
    ),
)
