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
    private readonly LinkedList<(long Number, ReportBody Body)> _reports = [];
    private long _next;

    public void Add(ReportBody report)
    {
        lock (_lock)
        {
            _reports.AddFirst((_next++, report));
            if (_reports.Count > Limits.Reports)
            {
                _reports.RemoveLast();
            }
        }
    }

    /// <summary>The newest of those that are older than a page's last one.</summary>
    public ReportsAnswer Page(long before)
    {
        lock (_lock)
        {
            var rows = _reports.Where(report => report.Number < before).Take(Limits.PageRows + 1).ToList();
            var page = rows.Take(Limits.PageRows).ToList();
            return new ReportsAnswer(
                [.. page.Select(report => report.Body)],
                rows.Count > Limits.PageRows ? page[^1].Number : null
            );
        }
    }
}
