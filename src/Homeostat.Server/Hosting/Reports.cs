using Homeostat.Client.Contract;

namespace Homeostat.Server.Hosting;

/// <summary>What an operator should know, the newest first; the oldest is forgotten, the log keeps them all.</summary>
internal sealed class Reports
{
    public const string Surprise = "surprise";
    public const string Overdue = "overdue";
    public const string Unexplained = "unexplained-change";
    public const string Overlay = "overlay";

    private readonly Lock _lock = new();
    private readonly LinkedList<ReportBody> _reports = [];

    public void Add(ReportBody report)
    {
        lock (_lock)
        {
            _reports.AddFirst(report);
            if (_reports.Count > Limits.Reports)
            {
                _reports.RemoveLast();
            }
        }
    }

    public IReadOnlyList<ReportBody> All()
    {
        lock (_lock)
        {
            return [.. _reports];
        }
    }
}
