using System.Text;

namespace Homeostat.Bench.Serve;

/// <summary>Reads the answers to decisions: each must be what its request deserves, and have its receipt.</summary>
internal sealed class Tally(Agents agents)
{
    private const string PermitStart = "\"permit\":{\"id\":\"";

    private int _acknowledged;
    private volatile string? _surprise;

    /// <summary>Decisions that came with a receipt, warm-up included: the log must hold as many.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    public Latencies? Into { get; set; }

    public void Check()
    {
        if (_surprise is { } surprise)
        {
            throw new InvalidOperationException($"an answer is not what its request deserves: {surprise}");
        }
    }

    public Job Next(long due)
    {
        var (bytes, asked, instance) = agents.Next();
        return new Job(
            bytes,
            due,
            instance,
            asked == Asked.Stop ? Stopped
                : asked == Asked.Look ? Looked
                : Refused
        );
    }

    public bool Count(in Answer answer, ReadOnlySpan<byte> verdict)
    {
        if (answer.Status != 200 || answer.Body.IndexOf(verdict) < 0 || answer.Body.IndexOf("\"receipt\":{"u8) < 0)
        {
            _surprise ??= $"{answer.Status} {Encoding.UTF8.GetString(answer.Body)}";
            return false;
        }

        Interlocked.Increment(ref _acknowledged);
        return true;
    }

    private void Looked(in Job job, in Answer answer)
    {
        Count(answer, "\"verdict\":\"allow\""u8);
        Into?.Add(job, answer);
    }

    private void Refused(in Job job, in Answer answer)
    {
        Count(answer, "\"verdict\":\"deny\""u8);
        Into?.Add(job, answer);
    }

    private void Stopped(in Job job, in Answer answer)
    {
        Into?.Add(job, answer);
        if (!Count(answer, "\"verdict\":\"allow\""u8))
        {
            return;
        }

        var start = answer.Body.IndexOf(Encoding.UTF8.GetBytes(PermitStart)) + PermitStart.Length;
        var end = answer.Body[start..].IndexOf((byte)'"');
        lock (agents.Permitted)
        {
            agents.Permitted.Enqueue((Encoding.UTF8.GetString(answer.Body.Slice(start, end)), job.Tag));
        }
    }
}
