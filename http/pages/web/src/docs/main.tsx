import { render } from 'preact';
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import { cookie } from '../common/http';
import { readPageFacts } from '../common/page';
import { Header } from '../common/shell';
import './style.css';

const darkness = matchMedia('(prefers-color-scheme: dark)');
const adapt = () => document.documentElement.classList.toggle('dark-mode', darkness.matches);
darkness.addEventListener('change', adapt);
adapt();

const header = document.getElementById('app');
if (header) render(<Header facts={readPageFacts()} section="Documentation" />, header);

SwaggerUI({
  url: '/api/schema/',
  dom_id: '#main',
  // With it, links would stand within buttons: a screen reader could not tell them apart.
  deepLinking: false,
  plugins: [{ wrapComponents: { ServersContainer: () => () => null } }],
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  filter: true,
  tryItOutEnabled: false,
  validatorUrl: null,
  // A browser that is logged in may try things without a token.
  requestInterceptor: (request) => {
    if (request.method !== 'GET') request.headers['X-CSRFToken'] = cookie('csrftoken');
    return request;
  },
});
