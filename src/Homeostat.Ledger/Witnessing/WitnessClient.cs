using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Witnessing;

/// <summary>Asks the witnesses of a policy, all at once, to cosign a checkpoint. A witness that lies, refuses or hangs counts as absent.</summary>
public sealed class WitnessClient(TlogPolicy policy, HttpMessageInvoker http, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, long> _sizes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _problems = new(StringComparer.Ordinal);

    public TlogPolicy Policy => policy;

    /// <summary>Why the witnesses that did not cosign last time did not, by name.</summary>
    public IReadOnlyDictionary<string, string> Problems => _problems;

    /// <summary>
    /// Gathers cosignatures until the policy is satisfied, or everybody has answered or run out of time. The checkpoint comes back with
    /// the good ones; whether they suffice is the policy's to say.
    /// </summary>
    public async Task<SignedNote> GatherAsync(
        SignedNote checkpoint,
        Func<long, long, IReadOnlyList<Digest>> consistency,
        CancellationToken cancellationToken
    )
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timeout = new CancellationTokenSource(Limits.WitnessTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(round.Token, timeout.Token);
        var asked = policy.Witnesses.Where(witness => witness.Url is not null).ToArray();
        var asking = asked.Select(witness => AskAsync(witness, checkpoint, consistency, both.Token)).ToList();
        var lines = new List<NoteSignature>();
        var cosigners = new HashSet<string>(StringComparer.Ordinal);
        while (asking.Count > 0 && !(policy.NeedsWitnesses && policy.IsSatisfied(cosigners)))
        {
            var done = await Task.WhenAny(asking);
            asking.Remove(done);
            if (await done is var (witness, line) && line is { } good)
            {
                lines.Add(good);
                cosigners.Add(witness.Name);
            }
        }

        // Whoever is late is not waited for; the next round asks again, for a newer checkpoint.
        await round.CancelAsync();
        await Task.WhenAll(asking);
        cancellationToken.ThrowIfCancellationRequested();
        return checkpoint.With(lines);
    }

    private async Task<(PolicyWitness Witness, NoteSignature? Line)> AskAsync(
        PolicyWitness witness,
        SignedNote checkpoint,
        Func<long, long, IReadOnlyList<Digest>> consistency,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var size = Checkpoint.Parse(checkpoint.Text).Size;
            var old = _sizes.GetValueOrDefault(witness.Name);
            for (var attempt = 0; attempt < 2; attempt++)
            {
                var request = new AddCheckpointRequest(old, consistency(old, size), checkpoint);
                var (status, body) = await PostAsync(witness, request.ToBytes(), cancellationToken);
                if (status == HttpStatusCode.OK)
                {
                    var line = Check(witness, checkpoint, body);
                    _sizes[witness.Name] = size;
                    _problems.TryRemove(witness.Name, out _);
                    return (witness, line);
                }

                old =
                    status == HttpStatusCode.Conflict
                        ? Size(body, size)
                        : throw new FormatException($"answered {(int)status}: {Shorten(body)}");
            }

            throw new FormatException($"says twice that it knows another size, the last time {old}");
        }
        catch (Exception e)
            when (e is FormatException or HttpRequestException or OperationCanceledException or IOException)
        {
            _problems[witness.Name] = e is OperationCanceledException ? "did not answer in time" : e.Message;
            return (witness, null);
        }
    }

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(
        PolicyWitness witness,
        byte[] body,
        CancellationToken cancellationToken
    )
    {
        var url = new Uri($"{witness.Url!.AbsoluteUri.TrimEnd('/')}/{AddCheckpointRequest.Path}");
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        using var response = await http.SendAsync(request, cancellationToken);
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[Limits.WitnessAnswerBytes + 1];
        var read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return read <= Limits.WitnessAnswerBytes
            ? (response.StatusCode, Encoding.UTF8.GetString(buffer, 0, read))
            : throw new FormatException($"answered more than {Limits.WitnessAnswerBytes} bytes");
    }

    // Only a line that verifies under the key in the policy is worth anything, whatever the status says.
    private static NoteSignature Check(PolicyWitness witness, SignedNote checkpoint, string body)
    {
        var answered = SignedNote.Parse(Encoding.UTF8.GetBytes($"{checkpoint.Text}\n{body}"));
        return answered.IsSignedBy(witness.Key)
            ? answered.Signatures.First(line => line.KeyId == witness.Key.Id && line.Name == witness.Key.Name)
            : throw new FormatException($"answered without a cosignature by {witness.Key.Name}+{witness.Key.Id:x8}");
    }

    private static long Size(string body, long newest)
    {
        if (!body.EndsWith('\n') || !Checkpoint.TryParseSize(body.AsSpan(0, body.Length - 1), out var size))
        {
            throw new FormatException("answered 409 without the size that it knows");
        }

        return size <= newest
            ? size
            : throw new FormatException(
                $"knows size {size}, and this log has only {newest} entries: one of the two is not this log"
            );
    }

    private static string Shorten(string body) => body.Length <= 200 ? body.TrimEnd() : body[..200];
}
