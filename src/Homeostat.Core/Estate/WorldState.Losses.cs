namespace Homeostat.Core.Estate;

/// <summary>What ends or stops, with what ends with it.</summary>
internal sealed partial class WorldState
{
    /// <summary>The resource ends, with what it contains and what only it could decrypt.</summary>
    public void Destroy(int node, int cause)
    {
        _doomed.Push((node, cause));
        while (_doomed.TryPop(out var next))
        {
            DestroyOne(next.Node, next.Cause);
        }
    }

    private void DestroyOne(int node, int cause)
    {
        ref var state = ref Node(node);
        if (!state.Alive)
        {
            return;
        }

        state.Alive = false;
        Lower(node, 0, cause);
        LoseCopiesOf(node, node);
        DoomContents(node);
    }

    /// <summary>What it contains ends, while something like it goes on in its place.</summary>
    public void DestroyContents(int node)
    {
        DoomContents(node);
        while (_doomed.TryPop(out var next))
        {
            DestroyOne(next.Node, next.Cause);
        }
    }

    private void DoomContents(int node)
    {
        if (_estate.Node(node).Is(NodeFlags.HasContents))
        {
            foreach (var at in _estate.Tables.ContentsOf.Of(node))
            {
                _doomed.Push((_estate.Tables.Existences[at].Content, node));
            }
        }
    }

    public void Stop(int node, int cause)
    {
        Node(node).Stopped = true;
        Lower(node, 0, cause);
    }

    public void LoseCopiesOf(int holder, int cause)
    {
        if (_estate.Node(holder).Is(NodeFlags.HoldsCopies))
        {
            foreach (var copy in _estate.Tables.CopiesOfHolder.Of(holder))
            {
                LoseCopy(copy, cause);
            }
        }
    }

    public void LoseCopy(int copy, int cause)
    {
        ref var state = ref _copies.Get(copy, out var isNew);
        if (isNew || !state.Lost)
        {
            state.Lost = true;
            state.Cause = cause;
        }
    }
}
