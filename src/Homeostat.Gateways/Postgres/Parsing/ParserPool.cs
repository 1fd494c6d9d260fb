using System.Collections.Concurrent;

namespace Homeostat.Gateways.Postgres.Parsing;

/// <summary>
/// The threads that parse: each with a stack for the deepest tree. A parse that exceeds its time is refused; its thread
/// cannot be stopped and is replaced, up to <see cref="Limits.MaxParserThreads"/>, after which everything is refused.
/// </summary>
public sealed class ParserPool : IDisposable
{
    private readonly BlockingCollection<Job> _jobs = new(Limits.MaxParseQueue);
    private readonly Func<ReadOnlyMemory<byte>, ParsedText> _parse;
    private readonly TimeProvider _time;
    private int _threads;

    public ParserPool(TimeProvider time, int threads = 2)
        : this(time, threads, text => SqlParser.Parse(text.Span)) { }

    internal ParserPool(TimeProvider time, int threads, Func<ReadOnlyMemory<byte>, ParsedText> parse)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, Limits.MaxParserThreads);
        _time = time;
        _parse = parse;
        for (var at = 0; at < threads; at++)
        {
            AddThread();
        }
    }

    /// <summary>The statements of a text, or why it is refused; never throws for what the text is.</summary>
    public async Task<ParsedText> ParseAsync(ReadOnlyMemory<byte> utf8, CancellationToken token)
    {
        var job = new Job(utf8);
        if (!_jobs.TryAdd(job))
        {
            return ParsedText.Refused(RefusalKind.Internal, "too many statements wait to be parsed; try again");
        }

        try
        {
            return await job.Result.Task.WaitAsync(Limits.MaxParseTime, _time, token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Abandon(job);
            return ParsedText.Refused(
                RefusalKind.TooLarge,
                $"the statement was not parsed within {Limits.MaxParseTime.TotalSeconds} s"
            );
        }
        catch (OperationCanceledException)
        {
            job.TryAbandon();
            throw;
        }
    }

    /// <summary>The same for a .NET text.</summary>
    public Task<ParsedText> ParseAsync(string text, CancellationToken token) =>
        SqlParser.Encode(text) is { } utf8
            ? ParseAsync(utf8, token)
            : Task.FromResult(
                ParsedText.Refused(RefusalKind.Encoding, "the text has half of a surrogate pair; send it in UTF-8")
            );

    public void Dispose() => _jobs.CompleteAdding();

    /// <summary>A job that has begun keeps its thread, so another takes that one's place.</summary>
    private void Abandon(Job job)
    {
        if (!job.TryAbandon())
        {
            AddThread();
        }
    }

    private void AddThread()
    {
        var number = Interlocked.Increment(ref _threads);
        if (number > Limits.MaxParserThreads)
        {
            return;
        }

        new Thread(Run, Limits.ParserStackBytes) { IsBackground = true, Name = $"sql parser {number}" }.Start();
    }

    private void Run()
    {
        foreach (var job in _jobs.GetConsumingEnumerable())
        {
            if (job.TryBegin())
            {
                job.Result.TrySetResult(Answer(job));
            }
        }
    }

    /// <summary>A bug must neither end the thread nor be taken for a parsed text.</summary>
    private ParsedText Answer(Job job)
    {
        try
        {
            return _parse(job.Text);
        }
        catch (Exception error)
        {
            return ParsedText.Refused(RefusalKind.Internal, $"the parser failed: {error.GetType().Name}");
        }
    }

    private sealed class Job(ReadOnlyMemory<byte> text)
    {
        private int _state;

        public ReadOnlyMemory<byte> Text { get; } = text;

        public TaskCompletionSource<ParsedText> Result { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool TryBegin() => Interlocked.CompareExchange(ref _state, 1, 0) == 0;

        public bool TryAbandon() => Interlocked.CompareExchange(ref _state, 2, 0) == 0;
    }
}
