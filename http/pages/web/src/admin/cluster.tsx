import { Chip, Failure, Loading, Time } from '../common/elements';
import { measure, number } from '../common/format';
import { useLoaded } from '../common/load';
import { useEffect } from 'preact/hooks';
import { View } from './parts';

type Node = {
  node_id: string;
  name: string;
  state: string;
  address: string;
  build: string;
  started_at: string;
  self: boolean;
  lease_age_ms: number | null;
  shards: number;
};

type ClusterFacts = { nodes: Node[]; shards: { total: number; owned: number } };

const refreshSeconds = 5;

export function Cluster() {
  const { data, error, reload } = useLoaded<ClusterFacts>('/api/admin/cluster/');
  useEffect(() => {
    const timer = setInterval(reload, refreshSeconds * 1000);
    return () => clearInterval(timer);
  }, [reload]);
  return (
    <View title="Cluster">
      {error && <Failure error={error} retry={reload} />}
      {!data && !error && <Loading />}
      {data && (
        <>
          <p>
            {number(data.shards.owned)} of {number(data.shards.total)} shards have an owner.{' '}
            {data.shards.owned < data.shards.total && <Chip kind="bad">moving</Chip>}
          </p>
          <ul class="nodes">
            {data.nodes.map((node) => (
              <NodeCard key={node.node_id} node={node} total={data.shards.total} />
            ))}
          </ul>
        </>
      )}
    </View>
  );
}

function NodeCard({ node, total }: { node: Node; total: number }) {
  return (
    <li class="card">
      <h2>
        {node.name || node.node_id} <Chip kind={node.state === 'up' ? 'good' : 'warn'}>{node.state}</Chip>{' '}
        {node.self && <Chip kind="accent">answered this page</Chip>}
      </h2>
      <label class="shards">
        {number(node.shards)} of {number(total)} shards
        <meter min={0} max={total} value={node.shards} />
      </label>
      <dl class="facts">
        <div>
          <dt>Address</dt>
          <dd>{node.address || '–'}</dd>
        </div>
        <div>
          <dt>Build</dt>
          <dd>{node.build}</dd>
        </div>
        <div>
          <dt>Started</dt>
          <dd>
            <Time at={node.started_at} />
          </dd>
        </div>
        {node.lease_age_ms !== null && (
          <div>
            <dt>Lease renewed</dt>
            <dd>{measure(node.lease_age_ms)} ms ago</dd>
          </div>
        )}
        <div>
          <dt>Node</dt>
          <dd>
            <code>{node.node_id}</code>
          </dd>
        </div>
      </dl>
    </li>
  );
}
