using System.Diagnostics.Tracing;
namespace Homeostat.Bench;
internal sealed class AllocProbe : EventListener
{
    public readonly Dictionary<string,long> Bytes = [];
    public volatile bool On;
    protected override void OnEventSourceCreated(EventSource s)
    {
        if (s.Name == "Microsoft-Windows-DotNETRuntime") EnableEvents(s, EventLevel.Verbose, (EventKeywords)1);
    }
    protected override void OnEventWritten(EventWrittenEventArgs e)
    {
        if (!On || e.EventName is null || !e.EventName.StartsWith("GCAllocationTick")) return;
        var t = (string)e.Payload![5]!;
        lock (Bytes) Bytes[t] = Bytes.GetValueOrDefault(t) + (long)(ulong)e.Payload![3]!;
    }
    public void Print(int per) { lock (Bytes) { foreach (var (k,v) in Bytes.OrderByDescending(x=>x.Value).Take(60)) Console.Error.WriteLine($"{v/(double)per,10:0} {k}"); Console.Error.WriteLine($"total {Bytes.Values.Sum()/(double)per:0}"); } }
}
