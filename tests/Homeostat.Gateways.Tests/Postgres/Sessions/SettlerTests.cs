using System.Collections.Concurrent;
using Homeostat.Core.Simulation;
using Homeostat.Gateways.Postgres.Sessions;
using Microsoft.Extensions.Logging;

namespace Homeostat.Gateways.Tests.Postgres.Sessions;

/// <summary>Finished permits on their way to the service.</summary>
public sealed class SettlerTests
{
    private readonly ConcurrentQueue<FinishedPermit> _settled = new();
    private readonly LineLog _log = new();

    [Fact]
    public async Task What_there_is_no_room_for_is_left_outstanding_said_and_waited_for_by_nobody()
    {
        const int Extra = 3;
        var hangs = new TaskCompletionSource();
        var began = new TaskCompletionSource();
        await using (
            var settler = new Settler(
                async finished =>
                {
                    began.TrySetResult();
                    await hangs.Task;
                    foreach (var permit in finished)
                    {
                        _settled.Enqueue(permit);
                    }
                },
                TimeProvider.System,
                _log
            )
        )
        {
            settler.Add(Permit(-1));
            await began.Task.WaitAsync(TestContext.Current.CancellationToken);

            // None of these waits: if one did, this thread would, for as long as settling hangs.
            for (var at = 0; at < Limits.MaxFinishedWaiting + Extra; at++)
            {
                settler.Add(Permit(at));
            }

            Assert.StartsWith("1 finished permits", Assert.Single(_log.Lines), StringComparison.Ordinal);
            hangs.SetResult();
        }

        Assert.Equal(Limits.MaxFinishedWaiting + 1, _settled.Count);
        Assert.Equal(Extra - 1, int.Parse(_log.Lines.Last().Split(' ')[0]));
        Assert.DoesNotContain(_settled, permit => permit == Permit(Limits.MaxFinishedWaiting));
    }

    private static FinishedPermit Permit(int number) => new(new PermitId($"permit-{number}"), "DELETE 1");

    private sealed class LineLog : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Lines.Enqueue(formatter(state, exception));
    }
}
